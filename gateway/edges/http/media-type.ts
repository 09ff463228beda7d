import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { AcceptedForms } from '../../pipeline/stages.ts';

/** Media types of a single response, in our order of preference. */
const offered = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];
const eventStream = 'text/event-stream';
const multipart = 'multipart/mixed';
const page = 'text/html';

/** What a client accepts, read from its `accept` header. */
export interface Accepted {
  /** Media type of a single response; undefined when the client accepts only streams, or nothing that is offered. */
  readonly single: string | undefined;
  readonly forms: AcceptedForms;
  /** True when the client prefers an event stream to every other response, also for a query. */
  readonly prefersEvents: boolean;
  readonly multipart: boolean;
  /** True for a browser that opens the address. */
  readonly prefersPage: boolean;
}

/** Accept headers longer than this are not cached. */
const maxKnownLength = 300;
const known = new LRUCache<string, Accepted>({ max: 200 });
const anything = negotiate(undefined);

/** @throws RequestRefusal 406 when the client accepts nothing that is offered */
export function readAccept(accept: string | undefined): Accepted {
  if (!accept) return anything;
  const before = known.get(accept);
  if (before) return before;
  const accepted = negotiate(accept);
  if (!accepted.single && !accepted.forms.events && !accepted.forms.parts && !accepted.prefersPage) {
    throw notAcceptable(accept);
  }
  if (accept.length <= maxKnownLength) known.set(accept, accepted);
  return accepted;
}

function negotiate(accept: string | undefined): Accepted {
  const preferred = (types: readonly string[]): string | undefined =>
    accept === undefined ? types[0] : new Negotiator({ headers: { accept } }).mediaType([...types]);
  const named = (type: string): boolean => accept?.includes(type) ?? false;
  const events = named(eventStream);
  const prefersEvents = events && preferred([...offered, eventStream]) === eventStream;
  return {
    single: preferred(offered),
    // Some clients (urql) accept event streams with every request: for them a stream is the response to a subscription only.
    forms: { events, parts: named(multipart) || prefersEvents },
    prefersEvents,
    multipart: named(multipart),
    prefersPage: named(page) && preferred([...offered, page]) === page,
  };
}

function notAcceptable(accept: string): RequestRefusal {
  const given = JSON.stringify(accept.slice(0, 100));
  const message = `The accept header ${given} excludes every response. Accept application/json or application/graphql-response+json.`;
  return new RequestRefusal('BAD_REQUEST', message, { status: 406 });
}
