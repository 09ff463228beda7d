import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { holdsInexact, parseExactly } from '../../engine/values/exact-numbers.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import { isPlain, readCompressed } from './compressed-body.ts';

/** Levels of objects and lists in a body. Deeper values would overflow the stack of functions that walk them. */
const maxNesting = 200;

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was received. Set for signed requests. */
    content: Buffer | undefined;
  }
}

type Done = (error: Error | null, value?: unknown) => void;

/**
 * Parses JSON bodies, plain or compressed. Refuses bodies that are not valid UTF-8 or JSON, that nest too deeply or that have a `__proto__` key.
 * @param maxBytes bytes that a decompressed body may have
 */
export function readJsonBodies(app: FastifyInstance, maxBytes: number): void {
  const parseJson = app.getDefaultJsonParser('error', 'ignore');
  app.removeAllContentTypeParsers();
  app.decorateRequest('content', undefined);
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const { 'content-encoding': encoding, 'signature-input': signature } = request.headers;
    // A digest covers the bytes before they are decompressed (RFC 9530).
    if (signature !== undefined) request.content = body;
    if (isPlain(encoding)) read(request, body, done);
    else readCompressed(encoding, body, maxBytes).then((plain) => read(request, plain, done), done);
  });

  function read(request: FastifyRequest, body: Buffer, done: Done): void {
    if (!isUtf8(body)) {
      done(badBody('The body must be valid UTF-8.'));
      return;
    }
    const text = body.toString('utf8');
    if (isNestedBeyond(text, maxNesting)) {
      done(badBody(`The body nests deeper than ${maxNesting} levels.`));
      return;
    }
    void parseJson(request, text, (error, value) => {
      if (error) done(badBody('The body must be valid JSON.'));
      else done(null, holdsInexact(body, 'all') ? parseExactly(text, 'all') : value);
    });
  }
}

function badBody(message: string): RequestRefusal {
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
