import { lastStep } from '#shared/runtime/tracing/current-work.ts';
import type { GatewayConfig } from '../config.ts';
import type { Engine, PrepareRequest } from '../engine/engine.ts';
import type { PreparedOperation } from '../engine/operation.ts';
import type { LiveStreams } from '../live/streams.ts';
import type { Executor } from './executor.ts';
import { createRequestScope, type ScopeOptions } from './request-scope.ts';
import type { Checked } from './stages.ts';

export interface EngineExecutorOptions extends ScopeOptions, Pick<GatewayConfig, 'overrideLabels'> {
  readonly streams: LiveStreams;
}

/** Executes an operation by the engine of the generation under which it was checked. */
export function createEngineExecutor({ overrideLabels, streams, ...scopes }: EngineExecutorOptions): Executor {
  async function prepare(checked: Checked): Promise<PreparedOperation> {
    const { source, document, operation, caller, form, trusted, generation } = checked;
    const engine = requireEngine(checked);
    const request: PrepareRequest = {
      source,
      document,
      operationName: operation.name?.value,
      incremental: form === 'parts',
      grants: caller.grants,
      isTrusted: trusted !== undefined,
      view: generation.views.for(caller.identity).schema,
      activeLabels: engine.chooseLabels((label) => overrideLabels.has(label)),
    };
    const prepared = await lastStep('plan', () => engine.prepare(request));
    checked.explanation?.setPlan(prepared.plan);
    return prepared;
  }
  return {
    prepare,
    async execute(checked, signal) {
      const operation = await prepare(checked);
      const scope = createRequestScope(checked, signal, scopes);
      return requireEngine(checked).execute(operation, checked.variables, scope);
    },
    async deliver(checked, signal, onCost) {
      const operation = await prepare(checked);
      const scope = createRequestScope(checked, signal, scopes);
      return requireEngine(checked).deliver(operation, checked.variables, scope, checked.accepts.parts, onCost);
    },
    async subscribe(checked, signal) {
      const operation = await prepare(checked);
      checked.cancellation.throwIfCancelled();
      const engine = requireEngine(checked);
      // Refuses the subscription here, so that a shared stream never begins with a refusal.
      engine.requireSubscribable(operation, checked.variables);
      return streams.join(checked, engine, operation, signal);
    },
  };
}

function requireEngine({ generation }: Checked): Engine {
  if (!generation.engine) throw new Error('this generation was opened for @apollo/gateway');
  return generation.engine;
}
