import type { FastifyRequest } from 'fastify';
import type { ClientRequest } from '../client-request.ts';
import type { Variables } from '../engine/engine.ts';
import { answerMediaType } from './media-type.ts';

/** A request about which nothing is left to judge: a valid operation, variables, and a media type to answer in. */
export interface PlainRequest {
  readonly variables: Variables;
  readonly mediaType: string;
}

/**
 * Recognizes the request that nearly all clients send: a JSON body with nothing out of the ordinary. That is a body whose content type
 * foreign pages can't send unasked, or it would not have been parsed.
 * @returns undefined for all others, which Apollo Server judges
 */
export function plainRequest(
  { method, body, headers }: Pick<FastifyRequest, 'method' | 'body' | 'headers'>,
  { operation }: Pick<ClientRequest, 'operation'>,
): PlainRequest | undefined {
  if (method !== 'POST' || !operation || !isRecord(body)) return undefined;
  const { variables = null, operationName = null, extensions } = body;
  if (extensions !== undefined || !(operationName === null || typeof operationName === 'string')) return undefined;
  if (variables !== null && !isRecord(variables)) return undefined;
  const mediaType = answerMediaType(headers.accept);
  return mediaType === undefined ? undefined : { variables: variables ?? {}, mediaType };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
