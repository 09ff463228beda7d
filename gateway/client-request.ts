import type { IncomingHttpHeaders } from 'node:http';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Caller } from './access/caller.ts';
import type { Generation } from './supergraph/generation.ts';

/** One operation on its way through the gateway, from whichever edge. Steps fill it in, in their order. */
export interface ClientRequest {
  /** In the answer's `x-request-id`, in every error and in every log line. */
  readonly id: string;
  /** `performance.now()` milliseconds. */
  readonly startedAt: number;
  readonly headers: IncomingHttpHeaders;
  /** The operation's text, as far as the client sent one. */
  readonly source: string | undefined;
  /** Which operation of the text is meant, as the client says. */
  readonly requestedOperation: string | undefined;
  /** The supergraph under which the request began; it stays the same when another one is loaded meanwhile. */
  readonly generation: Generation;
  /** Aborted when the client has left. */
  readonly signal: AbortSignal;
  /** Who is asking. Set by `authenticate`. */
  caller: Caller | undefined;
  /** The text, parsed and valid under the generation's schema. Set by `checkDocument`; undefined where it is faulty. */
  document: DocumentNode | undefined;
  /** The one that will run. Set with the document. */
  operation: OperationDefinitionNode | undefined;
  /** Codes of the errors in the answer, in their order. */
  readonly errorCodes: string[];
}

/** A part of the way: throws a `GraphError` to end it. */
export type Step = (request: ClientRequest) => Promise<void> | void;
