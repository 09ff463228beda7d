import type { FastifyRequest } from 'fastify';
import type { ClientRequest } from '../client-request.ts';
import type { Variables } from '../engine/engine.ts';

/** A request about which nothing is left to judge: a valid operation, and its variables. */
export interface PlainRequest {
  readonly variables: Variables;
  /** What the client takes an answer in. */
  readonly mediaType: string;
}

/**
 * Recognizes the request that nearly all clients send: a JSON body with nothing out of the ordinary. That is a body whose content type
 * foreign pages can't send unasked, or it would not have been parsed.
 * @returns undefined for all others, which Apollo Server judges
 */
export function plainRequest(
  { method, body }: Pick<FastifyRequest, 'method' | 'body'>,
  { operation }: Pick<ClientRequest, 'operation'>,
  mediaType: string,
): PlainRequest | undefined {
  if (method !== 'POST' || !operation || !isRecord(body)) return undefined;
  const { variables = null, operationName = null, extensions } = body;
  if (extensions !== undefined || !(operationName === null || typeof operationName === 'string')) return undefined;
  if (variables !== null && !isRecord(variables)) return undefined;
  return { variables: variables ?? {}, mediaType };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
