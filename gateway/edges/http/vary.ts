import type { FastifyReply } from 'fastify';

/** Names a request header that the response depends on, so that caches keep a copy for each of its values (RFC 9110, section 12.5.5). */
export function addVary(reply: FastifyReply, name: string): void {
  const before = reply.getHeader('vary');
  if (before === undefined) {
    reply.header('vary', name);
    return;
  }
  const names = String(before).split(/\s*,\s*/);
  if (!names.some((known) => known.toLowerCase() === name)) reply.header('vary', [...names, name].join(', '));
}
