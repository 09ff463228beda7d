import type { PreparedOperation } from '../engine/operation.ts';
import type { EngineResponse } from '../engine/respond/response.ts';
import type { LivePayload } from '../live/outbox.ts';
import type { Checked } from './stages.ts';

/** Executes checked operations: our engine, or @apollo/gateway under `--engine apollo`. */
export interface Executor {
  /** Plans an operation without running it. @throws RequestError, or RequestRefusal if the executor can't */
  prepare(checked: Checked): Promise<PreparedOperation>;
  /** Runs a query or mutation. @throws RequestError when it can't run at all, for example because a variable is missing */
  execute(checked: Checked, signal: AbortSignal): Promise<EngineResponse>;
  /** Runs a query or mutation whose response is sent in parts. Reports the cost of each before it is sent. @throws RequestError before the first part */
  deliver(checked: Checked, signal: AbortSignal, onCost: (cost: number) => void): Promise<AsyncIterable<string>>;
  /** Starts or joins a subscription. The iterable ends when the signal aborts. @throws RequestError */
  subscribe(checked: Checked, signal: AbortSignal): Promise<AsyncIterable<LivePayload>>;
}

/** An executor with the life cycle of the supergraph that it serves. */
export interface ServedEngine {
  readonly executor: Executor;
  /** Loads the supergraph. @throws ConfigurationError */
  start(): Promise<void>;
  stop(): Promise<void>;
}
