import type { IncomingHttpHeaders } from 'node:http';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Caller } from '../access/caller.ts';
import type { Variables } from '../engine/engine.ts';
import type { ErrorBehavior } from '../engine/error-behavior.ts';
import type { IncrementalFormat } from '../engine/incremental/formats.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { Explanation } from './explanation.ts';

/** The types of an operation on its way through the pipeline: each stage takes one and returns the next, or throws a refusal. */

/** Forms of a response that the client accepts besides a single one. */
export interface AcceptedForms {
  /** One response per event of a subscription. */
  readonly events: boolean;
  /** Several parts of one response (`@defer`), in this format; undefined where the client takes none. */
  readonly parts: IncrementalFormat | undefined;
}

/** Registers a callback for the moment when the client leaves before its response is complete. */
export type OnCancel = (leave: () => void) => void;

/** An operation that has arrived; its text has not been read yet. */
export interface Arrived {
  /** Made by the gateway: in the response's `x-request-id`, in every error, in logs and at subgraphs. */
  readonly id: string;
  /** `performance.now()` milliseconds. */
  readonly startedAt: number;
  /** IP address of the client. */
  readonly address: string;
}

declare const entered: unique symbol;

/** An operation that the pipeline has let in: its client is within its rate. Only `Pipeline.enter` makes one. */
export interface Entered extends Arrived {
  readonly [entered]: true;
}

/** An operation as an edge has read it. Nothing is known about it but its form. */
export interface Received extends Entered {
  /** The client's own `x-request-id`. */
  readonly clientRequestId: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly source: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Variables;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly onError: ErrorBehavior;
  /** True for GET: other sites can make a browser send one. */
  readonly readOnly: boolean;
  readonly accepts: AcceptedForms;
  /** True where a stream of this operation keeps a connection open for itself: over HTTP, but not over a websocket. */
  readonly holdsConnection: boolean;
  readonly onCancel: OnCancel;
}

/** The caller is known. */
export interface Identified extends Received {
  readonly caller: Caller;
  /** Collects what the gateway does for this request, where the client asked for that and may know. */
  readonly explanation?: Explanation;
}

/** The document is within the limits and valid under the generation's schema, and this edge can answer the operation. */
export interface Checked extends Identified {
  /** The supergraph under which the operation runs; another may be loaded meanwhile. */
  readonly generation: Generation;
  readonly source: string;
  readonly document: DocumentNode;
  /** The operation of the document that runs. */
  readonly operation: OperationDefinitionNode;
  readonly form: ResponseForm;
}

/** How an operation is answered: once, in parts (`@defer`), or once per event. */
export type ResponseForm = 'single' | 'parts' | 'events';
