import type { Tier } from '#shared/vocabulary.ts';
import type { PublicError } from '../errors/public-error.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { FailureStatus } from './failure-status.ts';
import type { ReadableBody } from './response-body.ts';
import type { ResponseForm } from './stages.ts';

/** The result of an operation. Edges turn it into bytes and decide nothing. */
export type Outcome = Refused | Responded | Streaming;

/** The operation did not run. */
export interface Refused {
  readonly kind: 'refused';
  readonly errors: readonly PublicError[];
  /** HTTP status of the first error's code. */
  readonly status: number;
  /** Headers that belong to the status, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the response, beside `errors`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** JSON text of a refusal as a GraphQL response. */
export function refusedText({ errors, extensions }: Refused): string {
  return JSON.stringify({ errors, extensions });
}

/** The operation ran and has one response. */
export interface Responded {
  readonly kind: 'response';
  /** JSON text of the GraphQL response; it may be shared between equal requests. */
  readonly body: ReadableBody;
  readonly errors: readonly PublicError[];
  /** Present if every root field failed because of a rate limit, because a subgraph or a database was away, or because time ran out. */
  readonly failureStatus?: FailureStatus;
  /** True if this is the response to an earlier request with the same idempotency key. */
  readonly replayed?: true;
  /** Undefined if a client has to ask each time whether its copy is current. */
  readonly copies?: CopyPolicy | undefined;
  /** Headers about the caller's budget, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** For how long, and for whom, a copy of a response may be used without asking. */
export interface CopyPolicy {
  readonly maxAgeSeconds: number;
  /** True if the response is equal for all callers. */
  readonly isPublic: boolean;
}

/** The operation runs and has several responses, or one in several parts. */
export interface Streaming {
  readonly kind: 'stream';
  readonly form: 'parts' | 'events';
  readonly payloads: AsyncIterable<StreamPayload>;
  /** Headers about the caller's budget, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole GraphQL response, or a part of one, as JSON text. The last payload may be a failure. */
export type StreamPayload = string | StreamFailure;

/** Why a stream can't continue. */
export interface StreamFailure {
  readonly errors: readonly PublicError[];
  /** The errors as a GraphQL response, or as its last part. */
  readonly text: string;
}

export function payloadText(payload: StreamPayload): string {
  return typeof payload === 'string' ? payload : payload.text;
}

/** The report on an operation that observers get when it is over, whether it ran or was refused. */
export interface Settlement {
  readonly startedAt: number;
  /** Name of the operation, if the document is valid and names it. */
  readonly operationName: string | undefined;
  /** Id of the caller's account, or `anonymous`. */
  readonly caller: string;
  /** Name that the client gives itself; undefined if the operation was refused before the caller was known. */
  readonly client: string | undefined;
  /** Undefined if it was refused before the caller was known. */
  readonly tier: Tier | undefined;
  /** Points that it has cost, besides those of its events. */
  readonly points: number;
  /** 200 for an operation that ran, otherwise the status of the refusal. */
  readonly status: number;
  readonly errorCodes: readonly string[];
  /** The supergraph under which the operation was checked or ran; undefined if it was refused before, and for a subscription. */
  readonly generation: Generation | undefined;
  /** Undefined if the document is not valid. */
  readonly form: ResponseForm | undefined;
}
