import type { ClientRequest } from '../client-request.ts';
import type { GatewayConfig } from '../config.ts';
import { anonymous } from '../engine/authorization/requirements.ts';
import type { Variables } from '../engine/engine.ts';
import { RequestError } from '../engine/errors.ts';
import type { EngineResponse } from '../engine/respond/response.ts';
import { createRequestScope } from './request-scope.ts';

/** Runs a checked query or mutation. What keeps it from running is an answer too: errors without data. */
export type ExecuteOperation = (request: ClientRequest, variables: Variables) => Promise<EngineResponse>;

/** Execution by the engine of the supergraph under which the request began. */
export function createOperationExecutor({
  requestTimeoutMs,
  overrideLabels,
}: Pick<GatewayConfig, 'requestTimeoutMs' | 'overrideLabels'>): ExecuteOperation {
  const isActive = (label: string): boolean => overrideLabels.has(label);
  return async (request, variables) => {
    const { source, document, operation, caller } = request;
    const { engine } = request.generation;
    if (!engine) throw new Error('this generation was opened for @apollo/gateway');
    if (source === undefined || !operation) throw new Error('documents are checked before they are executed');
    try {
      const prepared = await engine.prepare({
        source,
        document,
        operationName: operation.name?.value,
        activeLabels: engine.chooseLabels(isActive),
        grants: caller?.grants ?? anonymous,
      });
      return await engine.execute(prepared, variables, createRequestScope(request, requestTimeoutMs));
    } catch (error) {
      if (error instanceof RequestError) return { data: undefined, errors: error.errors };
      throw error;
    }
  };
}
