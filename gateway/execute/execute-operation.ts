import type { ClientRequest } from '../client-request.ts';
import type { GatewayConfig } from '../config.ts';
import type { Engine, Variables } from '../engine/engine.ts';
import { RequestError } from '../engine/errors.ts';
import type { PreparedOperation } from '../engine/operation.ts';
import type { EngineResponse } from '../engine/respond/response.ts';
import { createRequestScope } from './request-scope.ts';

/** Runs a checked query or mutation. What keeps it from running is an answer too: errors without data. */
export type ExecuteOperation = (request: ClientRequest, variables: Variables) => Promise<EngineResponse>;

/** Execution by the engine of the supergraph under which the request began. */
export function createOperationExecutor({
  requestTimeoutMs,
  overrideLabels,
}: Pick<GatewayConfig, 'requestTimeoutMs' | 'overrideLabels'>): ExecuteOperation {
  return async (request, variables) => {
    const { engine } = request.generation;
    if (!engine) throw new Error('this generation was opened for @apollo/gateway');
    try {
      const operation = await prepareOperation(engine, request, { overrideLabels });
      return await engine.execute(operation, variables, createRequestScope(request, requestTimeoutMs));
    } catch (error) {
      if (error instanceof RequestError) return { data: undefined, errors: error.errors };
      throw error;
    }
  };
}

export interface PreparationOptions extends Pick<GatewayConfig, 'overrideLabels'> {
  /** Whether the client takes a response in parts. */
  readonly incremental?: boolean;
}

/** Prepares a checked request's operation for who is asking. @throws RequestError */
export function prepareOperation(
  engine: Engine,
  { source, document, operation, caller }: ClientRequest,
  { overrideLabels, incremental }: PreparationOptions,
): Promise<PreparedOperation> {
  if (source === undefined || !operation || !caller) throw new Error('requests are checked before they are executed');
  return engine.prepare({
    source,
    document,
    operationName: operation.name?.value,
    incremental,
    grants: caller.grants,
    activeLabels: engine.chooseLabels((label) => overrideLabels.has(label)),
  });
}
