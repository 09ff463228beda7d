import type { FastifyRequest } from 'fastify';

/** True for the methods whose operation stands in the URL. The response to HEAD is that to GET without its body (RFC 9110, section 9.3.2). */
export function reads({ method }: Pick<FastifyRequest, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD';
}
