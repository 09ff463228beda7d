import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { AcceptedForms } from '../../pipeline/stages.ts';
import { type MediaRange, qualityOf, readRanges } from './media-ranges.ts';

/** Media types of a single response, in our order of preference. */
const singleTypes = ['application/json', 'application/graphql-response+json'];
const offered = singleTypes.map((type) => `${type}; charset=utf-8`);
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
/** What each header means, which is the same for all gateways of the process. */
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
  const ranges = readRanges(accept ?? '*/*');
  const named = (type: string): boolean => ranges.some((range) => range.type === type && range.quality > 0);
  const streams = acceptedStreams(ranges);
  const single = preferred(offered);
  const prefersEvents = named(eventStream) && preferred([...offered, eventStream]) === eventStream;
  const singleQuality = Math.max(...singleTypes.map((type) => qualityOf(ranges, type)));
  // Some clients (urql) accept event streams with every request, but expect one for a subscription only.
  const parts = streams.find(
    ({ kind, quality }) =>
      quality >= singleQuality && (kind === eventStreamKind ? prefersEvents : partFormats.has(kind)),
  )?.kind;
  const events = streams.find(({ kind }) => !partFormats.has(kind))?.kind;
  return {
    single,
    prefersEvents,
    forms: { events: events !== undefined, parts: parts && (partFormats.get(parts) ?? '2022') },
    streams: { events, parts, single: (single === undefined ? streams[0]?.kind : undefined) ?? eventStreamKind },
    prefersPage: named(page) && preferred([...offered, page]) === page,
  };
}

/** The framings whose payloads are the parts of one response, with the format of the parts. */
const partFormats: ReadonlyMap<StreamKind, '2022' | '2023'> = new Map([
  ['parts-2022', '2022'],
  ['parts-2023', '2023'],
]);

interface AcceptedStream {
  readonly kind: StreamKind;
  readonly quality: number;
}

/** The streams that a client names and does not exclude, by quality and then by their order in the header. */
function acceptedStreams(ranges: readonly MediaRange[]): AcceptedStream[] {
  const streams = new Map<StreamKind, number>();
  // A range with parameters is more specific than one without, which also means the protocol of 2022.
  const specificFirst = ranges.toSorted((a, b) => b.parameters.size - a.parameters.size);
  for (const range of specificFirst) {
    const kind = streamKind(range);
    if (kind && !streams.has(kind)) streams.set(kind, range.quality);
  }
  const position = (kind: StreamKind): number => ranges.findIndex((range) => streamKind(range) === kind);
  return [...streams]
    .map(([kind, quality]) => ({ kind, quality }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || position(a.kind) - position(b.kind));
}

/** Multipart protocols by the parameter that names them. */
const multipartKinds: ReadonlyMap<string, StreamKind> = new Map([
  ['deferspec=20220824', 'parts-2022'],
  ['incrementalspec=v0.2', 'parts-2023'],
  ['subscriptionspec=1.0', 'multipart-subscription'],
]);
const protocolNames: ReadonlySet<string> = new Set(['deferspec', 'incrementalspec', 'subscriptionspec']);

/** Finds the framing that a range asks for. `multipart/mixed` without a protocol means the protocol of 2022. */
function streamKind({ type, parameters }: MediaRange): StreamKind | undefined {
  if (type === eventStream) return eventStreamKind;
  if (type !== multipart) return undefined;
  const protocol = [...parameters].find(([name]) => protocolNames.has(name));
  return protocol ? multipartKinds.get(`${protocol[0]}=${protocol[1]}`.toLowerCase()) : 'parts-2022';
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
