import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import { GraphError } from '#shared/errors.ts';

/** Media types of an answer that is not a stream, in the order in which they are preferred when a client takes several. */
const offered = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];

const eventStream = 'text/event-stream';

/** Clients of one kind send one header; a longer one is nobody's habit. */
const maxKnownLength = 300;
/** Boxed, for "none" is worth knowing too. */
const known = new LRUCache<string, readonly [string | undefined]>({ max: 200 });

/** The media type for an answer under an `accept` header; undefined when the client takes none of those offered. */
export function answerMediaType(accept: string | undefined): string | undefined {
  if (!accept) return offered[0];
  const before = known.get(accept);
  if (before) return before[0];
  const chosen = new Negotiator({ headers: { accept } }).mediaType([...offered]);
  if (accept.length <= maxKnownLength) known.set(accept, [chosen]);
  return chosen;
}

/** Whether a client would rather have a stream of events than any other answer. */
export function prefersEvents(accept: string): boolean {
  const preferred = new Negotiator({ headers: { accept } }).mediaType([...offered, eventStream]);
  return preferred === eventStream;
}

export function notAcceptable(accept: string | undefined): GraphError {
  const required = 'An accept header that admits application/json or application/graphql-response+json is required';
  return new GraphError('BAD_REQUEST', `${required}; got ${JSON.stringify(accept?.slice(0, 100))}.`, {
    http: { status: 406 },
  });
}
