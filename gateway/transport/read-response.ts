import { type SubgraphError, type SubgraphResult, UNESCAPED } from '../engine/ports.ts';
import { type Exactness, isExactNumber, parseJson } from '../engine/values/exact-numbers.ts';
import { isObject } from '../engine/values/own.ts';
import { type FailedAttempt, httpStatus, malformed } from './failures.ts';
import type { KnownResponses } from './known-responses.ts';
import type { ResponseBytes } from './response-bytes.ts';

/** An HTTP response before its body is parsed. */
export interface RawResponse {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly bytes: ResponseBytes;
}

export type ReadResponse =
  /** `unhealthy`: the status counts against the subgraph's health, although there is a result. */
  { readonly result: SubgraphResult; readonly unhealthy: boolean } | FailedAttempt;

const backslash = 0x5c;

// application/json, application/graphql-response+json and other +json types, with or without parameters
const jsonType = /^\s*application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i;

/** Options for reading the responses of a subgraph. */
export interface ResponseReader {
  readonly name: string;
  /** Undefined if results must not be shared. */
  readonly known: KnownResponses | undefined;
  /** False: numbers that a double can't represent are rounded. */
  readonly exactNumbers: boolean;
}

/**
 * Reads a GraphQL result `{ data?, errors?, extensions? }` from an HTTP response. If the body is a GraphQL result with errors, it counts in spite
 * of a status of 4xx or 5xx, as GraphQL over HTTP allows. Otherwise such a status makes the request fail.
 */
export function readResponse(
  { name: subgraph, known, exactNumbers }: ResponseReader,
  response: RawResponse,
): ReadResponse {
  const { status, contentType, retryAfterSeconds } = response;
  const isJson = contentType !== undefined && jsonType.test(contentType);
  if (!isJson) return judgeResult(subgraph, status, "A subgraph's response is not JSON.", retryAfterSeconds);
  const { bytes } = response;
  const parse = exactNumbers ? parseExactResult : parseRoundedResult;
  return judgeResult(subgraph, status, known ? known.read(bytes, parse) : parse(bytes), retryAfterSeconds);
}

/** @param result a result, or what is wrong with the response */
export function judgeResult(
  subgraph: string,
  status: number,
  result: SubgraphResult | string,
  retryAfterSeconds?: number,
): ReadResponse {
  const succeeded = status >= 200 && status < 300;
  if (typeof result === 'object' && (succeeded || result.errors)) return { result, unhealthy: status >= 500 };
  if (!succeeded || typeof result === 'object') return httpStatus(subgraph, status, retryAfterSeconds);
  return malformed(subgraph, result);
}

/** Parses JSON with exact or rounded numbers. @throws SyntaxError */
export function parseFor(exactNumbers: boolean, bytes: Buffer, exactness: Exactness): unknown {
  return exactNumbers ? parseJson(bytes, exactness) : JSON.parse(bytes.toString('utf8'));
}

function parseExactResult(bytes: ResponseBytes): SubgraphResult | string {
  return parseResult(bytes, true);
}

function parseRoundedResult(bytes: ResponseBytes): SubgraphResult | string {
  return parseResult(bytes, false);
}

/** Returns the result in `bytes`, or a message about what is wrong with them. */
function parseResult(bytes: ResponseBytes, exactNumbers: boolean): SubgraphResult | string {
  let value: unknown;
  try {
    value = parseFor(exactNumbers, bytes.whole(), 'rounded');
  } catch {
    return "A subgraph's response is not valid JSON.";
  }
  const result = checkResult(value);
  if (typeof result !== 'string' && !bytes.includes(backslash))
    Object.defineProperty(result, UNESCAPED, { value: true });
  return result;
}

/** Checks the outermost shape and returns the result, or a message about what is wrong. The engine checks the content of `data`. */
export function checkResult(value: unknown): SubgraphResult | string {
  if (!isJsonObject(value)) return "A subgraph's response is not a GraphQL result.";
  const { data, errors, extensions } = value;
  if (data !== undefined && data !== null && !isJsonObject(data))
    return "A subgraph's response has data that is not an object.";
  if (errors == null && data === undefined) return "A subgraph's response has neither data nor errors.";
  const isPlain =
    (errors === undefined || (Array.isArray(errors) && errors.every(isJsonObject))) &&
    (extensions === undefined || isJsonObject(extensions));
  return (isPlain ? value : normalize(value)) as SubgraphResult; // every property of the type has been checked
}

/** Corrects results of servers that send `"errors": null`, or strings as errors. */
function normalize({ data, errors, extensions }: Record<string, unknown>): Record<string, unknown> {
  return {
    data,
    ...(errors == null ? {} : { errors: toErrors(errors) }),
    ...(isJsonObject(extensions) ? { extensions } : {}),
  };
}

/** Converts the `errors` of a subgraph to a list of objects. A string becomes a message, any other value an error without a message. */
export function toErrors(value: unknown): SubgraphError[] {
  const errors: unknown[] = Array.isArray(value) ? value : [value];
  return errors.map((error) => (isJsonObject(error) ? error : typeof error === 'string' ? { message: error } : {}));
}

/** True for an object of the JSON text. An exact number is an object only in memory. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !isExactNumber(value);
}
