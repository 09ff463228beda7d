import type { IncomingHttpHeaders } from 'node:http';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { DocumentContract } from '#shared/identity/document-contract.ts';
import type { LogPosition } from '#shared/identity/log-position.ts';
import type { RateLimit } from '#shared/identity/rate-limit.ts';
import type { Span } from '#shared/runtime/tracing/tracer.ts';
import type { Caller } from '../access/caller.ts';
import type { TrustedDocument } from '../access/documents/trusted-documents.ts';
import type { HttpMessage } from '../access/signatures/http-message.ts';
import type { Variables } from '../engine/engine.ts';
import type { ErrorBehavior } from '../engine/error-behavior.ts';
import type { IncrementalFormat } from '../engine/incremental/formats.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { Cancellation } from './cancellation.ts';
import type { Explanation } from './explanation.ts';
import type { Writes } from './writes.ts';

/** The types of an operation in the pipeline. Each stage takes one of them and returns the next, or throws a refusal. */

/** Forms of a response that the client accepts besides a single one. */
export interface AcceptedForms {
  /** One response per event of a subscription. */
  readonly events: boolean;
  /** The format of a response in parts (`@defer`); undefined if the client accepts none. */
  readonly parts: IncrementalFormat | undefined;
}

/** An operation that has arrived; its text has not been read yet. */
export interface Arrived {
  /** Made by the gateway. Sent as `x-request-id` to the client and to subgraphs, and part of every error and log line. */
  readonly id: string;
  /** `performance.now()` milliseconds. */
  readonly startedAt: number;
  /** IP address of the client. */
  readonly address: string;
  /** Cancelled when the client disconnects or ends the operation before its response is complete. */
  readonly cancellation: Cancellation;
  /** The request that carries the operation; undefined if its trace is not recorded. Its edge ends the span. */
  readonly span?: Span | undefined;
}

declare const entered: unique symbol;

/** An operation that the pipeline has admitted: its client is within its rate. Only `Pipeline.enter` makes one. */
export interface Entered extends Arrived {
  readonly [entered]: true;
}

/** An operation as an edge has read it. Only the types of its parameters have been checked. */
export interface Received extends Entered {
  /** The client's own `x-request-id`. */
  readonly clientRequestId: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** The HTTP request that carries the operation, for its signature; undefined over a websocket. */
  readonly message: HttpMessage | undefined;
  readonly source: string | undefined;
  /** Names a trusted document instead of its text. */
  readonly documentId?: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Variables;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Undefined if the client leaves the choice to the contract of its document. */
  readonly onError: ErrorBehavior | undefined;
  /** The key with which the client makes a mutation take effect once, as it was sent. */
  readonly idempotencyKey: unknown;
  /** True for GET, which other sites can make a browser send: mutations are refused. */
  readonly readOnly: boolean;
  readonly accepts: AcceptedForms;
  /** True if a stream of this operation occupies a connection of its own: over HTTP, but not over a websocket. */
  readonly holdsConnection: boolean;
}

/** The caller is known. */
export interface Identified extends Received {
  readonly caller: Caller;
  /** Records the plan and the fetches of this request, if the client asked for that and may see them. */
  readonly explanation?: Explanation;
  /** True if the client wants to know what the operation would cost and do, without running it. */
  readonly wantsReceipt?: true;
}

/** The text of the document is known, and the caller may run it. */
export interface Resolved extends Identified {
  readonly source: string;
  /** Set for a document of a manifest. */
  readonly trusted: TrustedDocument | undefined;
  /** What the owner of the document has agreed; undefined for other callers, and for documents without a contract. */
  readonly contract: DocumentContract | undefined;
  readonly onError: ErrorBehavior;
  /** Set for a text that came with its SHA-256, under which it is kept if it is valid. */
  readonly keepAs: string | undefined;
}

/** The document is within the limits and valid under the generation's schema, and this edge can send the response. */
export interface Checked extends Resolved {
  /** The supergraph under which the operation runs, even if another one is loaded meanwhile. */
  readonly generation: Generation;
  readonly document: DocumentNode;
  /** The operation of the document that runs. */
  readonly operation: OperationDefinitionNode;
  readonly form: ResponseForm;
  /** What the caller may spend, for an operation that asks for it. */
  readonly rateLimit?: RateLimit | undefined;
  /** Standbys may answer a query after this position of the log; absent = only the primary answers. */
  readonly readAfter?: LogPosition;
  /** Set for a mutation whose caller reads from standbys afterwards. */
  readonly writes?: Writes;
}

/** The price is known and within the limits. */
export interface Priced extends Checked {
  /** Highest cost of the operation, in points; of a subscription, of one event. 0 if nothing has a price. */
  readonly price: number;
}

/** The form of a response: a single one, one in parts (`@defer`), or one per event. */
export type ResponseForm = 'single' | 'parts' | 'events';
