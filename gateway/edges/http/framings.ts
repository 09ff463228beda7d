import type { StreamFailure } from '../../pipeline/outcome.ts';
import type { StreamKind } from './media-type.ts';

/** The framing of payloads in one HTTP response. */
export interface Framing {
  readonly contentType: string;
  readonly start: string;
  readonly frame: (payload: string) => string;
  /** Frames the last payload of a stream that can't continue. */
  readonly frameFailure: (failure: StreamFailure) => string;
  /** Sent at intervals, so that proxies do not close a stream without events. */
  readonly keepAlive: { readonly text: string; readonly everyMs: number } | undefined;
  readonly end: string;
}

const part = (boundary: string, body: string): string =>
  `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${body}\r\n--${boundary}`;

/** A multipart response (RFC 2046). The delimiter follows each part immediately, because clients wait for it before they use the part. */
function multipart(boundary: string, parameters: string): Framing {
  return {
    contentType: `multipart/mixed; boundary="${boundary}"; ${parameters}`,
    start: `\r\n--${boundary}`,
    frame: (payload) => part(boundary, payload),
    frameFailure: ({ text }) => part(boundary, text),
    keepAlive: undefined,
    end: '--\r\n',
  };
}

const nextEvent = (payload: string): string => `event: next\ndata: ${payload}\n\n`;

export const framings: Readonly<Record<StreamKind, Framing>> = {
  /** The "distinct connections" mode of the graphql-sse protocol. */
  'event-stream': {
    contentType: 'text/event-stream; charset=utf-8',
    start: '',
    frame: nextEvent,
    frameFailure: ({ text }) => nextEvent(text),
    keepAlive: { text: ':\n\n', everyMs: 12_000 },
    end: 'event: complete\ndata:\n\n',
  },
  'parts-2022': multipart('-', 'deferSpec=20220824'),
  'parts-2023': multipart('-', 'incrementalSpec=v0.2'),
  /** Apollo's protocol for subscriptions over HTTP. Errors of the stream itself are beside the payload; clients expect an empty object every five seconds. */
  'multipart-subscription': {
    ...multipart('graphql', 'subscriptionSpec=1.0'),
    frame: (payload) => part('graphql', `{"payload":${payload}}`),
    frameFailure: ({ errors }) => part('graphql', `{"payload":null,"errors":${JSON.stringify(errors)}}`),
    keepAlive: { text: part('graphql', '{}'), everyMs: 5_000 },
  },
};
