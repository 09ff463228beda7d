import { hash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { Responded } from '../../pipeline/outcome.ts';
import { sendParts } from './send-parts.ts';
import { addVary } from './vary.ts';

/** Request headers on which the response to a GET depends. */
const varying = ['accept', 'authorization', 'x-api-key', 'graphql-dry-run', 'graphql-explain'];

/**
 * Lets a client keep the response to a GET and ask whether it has changed: the response has an entity tag, and a client that sends the tag of its
 * copy gets 304 without a body (RFC 9110, section 13.1.2). Shared caches must not keep it if it is made for its caller. The client asks each time,
 * unless the contract of the document allows it to use a copy for a while.
 */
export function sendRevalidated(reply: FastifyReply, { body, copies }: Responded): FastifyReply {
  const parts = body.readParts();
  // A weak tag: the response may be compressed, and states what is left of its caller's budget.
  const tag = `W/"${hash('sha256', parts.shared, 'base64url')}"`;
  for (const name of varying) addVary(reply, name);
  reply.headers({ 'cache-control': cacheControlOf(copies), etag: tag });
  return isCurrent(reply.request.headers['if-none-match'], tag) ? reply.code(304).send() : sendParts(reply, parts);
}

function cacheControlOf(copies: Responded['copies']): string {
  return copies ? `${copies.isPublic ? 'public' : 'private'}, max-age=${copies.maxAgeSeconds}` : 'private, no-cache';
}

/** For refusals and failures, which may be over at the next request. */
export function forbidCopies(reply: FastifyReply): void {
  reply.header('cache-control', 'no-store');
}

function isCurrent(given: string | undefined, tag: string): boolean {
  return given?.split(',').some((one) => one.trim() === tag) ?? false;
}
