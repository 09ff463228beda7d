import { type SubgraphError, type SubgraphResult, UNESCAPED } from '../engine/ports.ts';
import { type Exactness, isExactNumber, parseJson } from '../engine/values/exact-numbers.ts';
import type { AnswerBytes } from './answer-bytes.ts';
import { type FailedAttempt, httpStatus, malformed } from './failures.ts';
import type { KnownAnswers } from './known-answers.ts';

/** An HTTP answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly bytes: AnswerBytes;
}

export type ReadAnswer =
  /** `sick`: the status speaks against the subgraph's health, though there is a result. */
  { readonly result: SubgraphResult; readonly sick: boolean } | FailedAttempt;

const backslash = 0x5c;

// application/json, application/graphql-response+json and other +json types, with or without parameters
const jsonType = /^\s*application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i;

/** How the answers of a subgraph are read. */
export interface AnswerReader {
  readonly name: string;
  /** Undefined where results must not be shared. */
  readonly known: KnownAnswers | undefined;
  /** False where numbers that a double can't hold are rounded, for readers who know no others. */
  readonly exactNumbers: boolean;
}

/**
 * Reads a GraphQL result `{ data?, errors?, extensions? }` out of an HTTP answer. A status of 4xx or 5xx doesn't matter where the body
 * is a GraphQL result with errors (GraphQL over HTTP sends request errors so); without one it decides.
 */
export function readAnswer({ name: subgraph, known, exactNumbers }: AnswerReader, answer: RawAnswer): ReadAnswer {
  const { status, contentType } = answer;
  const succeeded = status >= 200 && status < 300;
  const isJson = contentType !== undefined && jsonType.test(contentType);
  if (!isJson) {
    return succeeded
      ? malformed(subgraph, 'A subgraph answered in another format than JSON.')
      : httpStatus(subgraph, status, answer.retryAfterSeconds);
  }
  const { bytes } = answer;
  const parse = exactNumbers ? parseExactResult : parseRoundedResult;
  const result = known ? known.read(bytes, parse) : parse(bytes);
  if (typeof result === 'object' && (succeeded || result.errors)) return { result, sick: status >= 500 };
  if (!succeeded) return httpStatus(subgraph, status, answer.retryAfterSeconds);
  return malformed(subgraph, result as string);
}

/** JSON as this transport's readers take it. @throws SyntaxError */
export function parseFor(exactNumbers: boolean, bytes: Buffer, exactness: Exactness): unknown {
  return exactNumbers ? parseJson(bytes, exactness) : JSON.parse(bytes.toString('utf8'));
}

function parseExactResult(bytes: AnswerBytes): SubgraphResult | string {
  return parseResult(bytes, true);
}

function parseRoundedResult(bytes: AnswerBytes): SubgraphResult | string {
  return parseResult(bytes, false);
}

/** The result in `bytes`, or a sentence about what is wrong with them. */
function parseResult(bytes: AnswerBytes, exactNumbers: boolean): SubgraphResult | string {
  let value: unknown;
  try {
    value = parseFor(exactNumbers, bytes.whole(), 'rounded');
  } catch {
    return "A subgraph's answer is not valid JSON.";
  }
  const result = shapedResult(value);
  if (typeof result !== 'string' && !bytes.includes(backslash))
    Object.defineProperty(result, UNESCAPED, { value: true });
  return result;
}

/** Checks the outermost shape; what lies in `data` is the engine's to check while it reads it. */
export function shapedResult(value: unknown): SubgraphResult | string {
  if (!isObject(value)) return "A subgraph's answer is not a GraphQL result.";
  const { data, errors, extensions } = value;
  if (data !== undefined && data !== null && !isObject(data)) return "A subgraph's answer has data that is no object.";
  if (errors == null && data === undefined) return "A subgraph's answer has neither data nor errors.";
  const isPlain =
    (errors === undefined || (Array.isArray(errors) && errors.every(isObject))) &&
    (extensions === undefined || isObject(extensions));
  return (isPlain ? value : tidied(value)) as SubgraphResult; // every part that the type promises was looked at
}

/** Some servers send `"errors": null`, or errors that are texts; readers of a result should not have to know. */
function tidied({ data, errors, extensions }: Record<string, unknown>): Record<string, unknown> {
  return {
    data,
    ...(errors == null ? {} : { errors: errorsOf(errors) }),
    ...(isObject(extensions) ? { extensions } : {}),
  };
}

/** The errors in what a subgraph sent as such; a text is a message, anything else that is no object says only that there was an error. */
export function errorsOf(value: unknown): SubgraphError[] {
  const errors: unknown[] = Array.isArray(value) ? value : [value];
  return errors.map((error) => (isObject(error) ? error : typeof error === 'string' ? { message: error } : {}));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
}
