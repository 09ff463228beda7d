import type { FastifyRequest } from 'fastify';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { Received } from '../../pipeline/stages.ts';
import { readErrorBehavior } from '../read-error-behavior.ts';
import { readJson } from '../read-json.ts';
import { reads } from './reads.ts';

/** The parameters of an operation, as in GraphQL over HTTP. */
export type OperationParameters = Pick<
  Received,
  'source' | 'documentId' | 'operationName' | 'variables' | 'extensions' | 'onError'
>;

type Fields = Readonly<Record<string, unknown>>;

/** Reads the parameters from the body of a POST or the query string of a GET or HEAD. @throws RequestRefusal BAD_REQUEST */
export function readOperation(request: Pick<FastifyRequest, 'method' | 'url' | 'body' | 'query'>): OperationParameters {
  if (!reads(request)) return parseOperation(request.body);
  requireDecodable(request.url);
  return parseParameters(fromQueryString(request.query));
}

/** Reads the parameters from a parsed body. @throws RequestRefusal BAD_REQUEST */
export function parseOperation(body: unknown): OperationParameters {
  if (!isRecord(body)) throw badRequest('The body must be a JSON object with "query".');
  return parseParameters(body);
}

function parseParameters({
  query,
  documentId,
  operationName,
  variables,
  extensions,
  onError,
}: Fields): OperationParameters {
  return {
    source: readText('query', query),
    documentId: readText('documentId', documentId),
    operationName: readText('operationName', operationName),
    variables: readRecord('variables', variables),
    extensions: readRecord('extensions', extensions),
    onError: readErrorBehavior(onError),
  };
}

function readText(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw badRequest(`"${name}" must be a string.`);
  return value;
}

function readRecord(name: string, value: unknown): Fields {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw badRequest(`"${name}" must be a JSON object.`);
  return value;
}

/** The parser of query strings leaves a value as it is if it cannot decode it. */
function requireDecodable(url: string): void {
  try {
    decodeURIComponent(url);
  } catch {
    throw badRequest('The URL has invalid percent-encoding. Encode its parameters in UTF-8, as in RFC 3986.');
  }
}

function fromQueryString(query: unknown): Fields {
  const given = isRecord(query) ? query : {};
  for (const name of ['query', 'documentId', 'operationName', 'variables', 'extensions', 'onError']) {
    if (Array.isArray(given[name])) throw badRequest(`The URL has several parameters named "${name}". Send one.`);
  }
  return {
    ...given,
    variables: parseParameter('variables', given['variables']),
    extensions: parseParameter('extensions', given['extensions']),
  };
}

function parseParameter(name: string, text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return undefined;
  return readJson(Buffer.from(text), `The URL parameter "${name}"`);
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badRequest(message: string): RequestRefusal {
  return new RequestRefusal('BAD_REQUEST', message);
}
