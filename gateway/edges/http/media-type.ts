import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { AcceptedForms } from '../../pipeline/stages.ts';

/** Media types of a single response, in our order of preference. */
const offered = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];
const eventStream = 'text/event-stream';
const eventStreamKind: StreamKind = 'event-stream';
const multipart = 'multipart/mixed';
const page = 'text/html';

/** The framing of several payloads in one HTTP response: see `framings` in `streams.ts`. */
export type StreamKind = 'event-stream' | 'parts-2022' | 'parts-2023' | 'multipart-subscription';

/** The responses that a client accepts, by its `accept` header. */
export interface Accepted {
  /** Media type of a single response; undefined if the client accepts none. */
  readonly single: string | undefined;
  /** True if the client prefers an event stream to every other response, also for a query. */
  readonly prefersEvents: boolean;
  readonly forms: AcceptedForms;
  /** The framing of a response in several payloads, and of a single response if the client accepts streams only. */
  readonly streams: {
    readonly events: StreamKind | undefined;
    readonly parts: StreamKind | undefined;
    readonly single: StreamKind;
  };
  /** True for a browser that opens the address as a page. */
  readonly prefersPage: boolean;
}

/** Accept headers longer than this are not cached. */
const maxKnownLength = 300;
const known = new LRUCache<string, Accepted>({ max: 200 });
const anything = negotiate(undefined);

/** @throws RequestRefusal 406 when the client accepts no response that the gateway offers */
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
  const { parts, subscriptions } = multipartKinds(accept ?? '');
  // Some clients (urql) accept event streams with every request, but expect one for a subscription only.
  const ofParts = prefersEvents ? eventStreamKind : parts;
  const ofEvents = events && preferred([eventStream, multipart]) === eventStream ? eventStreamKind : subscriptions;
  return {
    single: preferred(offered),
    prefersEvents,
    forms: {
      events: ofEvents !== undefined,
      parts: ofParts && (ofParts === 'parts-2023' ? '2023' : '2022'),
    },
    streams: {
      events: ofEvents,
      parts: ofParts,
      single: (events ? eventStreamKind : (parts ?? subscriptions)) ?? eventStreamKind,
    },
    prefersPage: named(page) && preferred([...offered, page]) === page,
  };
}

interface MultipartKinds {
  readonly parts: StreamKind | undefined;
  readonly subscriptions: StreamKind | undefined;
}

/** Finds the multipart protocols in a header, the first for each use. `multipart/mixed` without parameters means the protocol of 2022. */
function multipartKinds(accept: string): MultipartKinds {
  let kinds: MultipartKinds = { parts: undefined, subscriptions: undefined };
  for (const [, parameters = ''] of accept.matchAll(/multipart\/mixed([^,]*)/gi)) {
    const asked = /(?:^|[;\s])(deferSpec|incrementalSpec|subscriptionSpec)="?([^";\s]*)/i.exec(parameters);
    const protocol = asked ? `${asked[1]}=${asked[2]}`.toLowerCase() : 'deferspec=20220824';
    if (protocol === 'deferspec=20220824') kinds = { ...kinds, parts: kinds.parts ?? 'parts-2022' };
    else if (protocol === 'incrementalspec=v0.2') kinds = { ...kinds, parts: kinds.parts ?? 'parts-2023' };
    else if (protocol === 'subscriptionspec=1.0') kinds = { ...kinds, subscriptions: 'multipart-subscription' };
  }
  return kinds;
}

const refusedType = 'application/graphql-response+json; charset=utf-8';
const jsonType = 'application/json; charset=utf-8';

/** Media type of a response that is no stream, also for clients that accept streams only or whose `accept` header is invalid. */
export function responseType(accepted: Accepted | undefined): string {
  return accepted ? (accepted.single ?? refusedType) : jsonType;
}

function notAcceptable(accept: string): RequestRefusal {
  const given = JSON.stringify(accept.slice(0, 100));
  const message = `The accept header ${given} excludes every response. Accept application/json or application/graphql-response+json.`;
  return new RequestRefusal('BAD_REQUEST', message, { status: 406 });
}
