import { isUtf8 } from 'node:buffer';
import { parse } from 'secure-json-parse';
import { holdsInexact, parseExactly } from '../engine/values/exact-numbers.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';

/** The byte order mark, which some clients write before a text. A parser may ignore it (RFC 8259, section 8.1). */
const mark = Buffer.from('\ufeff');

/** Levels of objects and lists in a JSON text. Deeper values would overflow the stack of functions that walk them. */
const maxNesting = 200;

/**
 * Parses JSON of a client, on every edge. Refuses texts that are not valid UTF-8 or JSON, that nest too deeply or that have a `__proto__` key.
 * @param what begins the message of the refusal, such as "The body"
 * @throws RequestRefusal BAD_REQUEST
 */
export function readJson(given: Buffer, what: string): unknown {
  if (!isUtf8(given)) throw badRequest(`${what} must be valid UTF-8.`);
  const bytes = given.subarray(0, mark.length).equals(mark) ? given.subarray(mark.length) : given;
  const text = bytes.toString('utf8');
  if (isNestedBeyond(text, maxNesting)) throw badRequest(`${what} nests deeper than ${maxNesting} levels.`);
  const value = parseSafely(text, what);
  return holdsInexact(bytes, 'all') ? parseExactly(text, 'all') : value;
}

function parseSafely(text: string, what: string): unknown {
  try {
    return parse(text, { protoAction: 'error', constructorAction: 'ignore' });
  } catch {
    throw badRequest(`${what} must be valid JSON, and none of its keys may be "__proto__".`);
  }
}

function badRequest(message: string): RequestRefusal {
  return new RequestRefusal('BAD_REQUEST', message);
}

/** Counts brackets outside strings, without parsing. */
function isNestedBeyond(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === backslash) at++;
      else if (character === quote) inString = false;
    } else if (character === quote) inString = true;
    else if (character === openBrace || character === openBracket) {
      depth++;
      if (depth > limit) return true;
    } else if (character === closeBrace || character === closeBracket) depth--;
  }
  return false;
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [...'"\\{}[]'].map((character) =>
  character.charCodeAt(0),
);
