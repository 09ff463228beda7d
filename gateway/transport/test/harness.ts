import { expect } from '@jest/globals';
import { type RequestScope, SubgraphFailure, type SubgraphRequest } from '../../engine/ports.ts';
import { type Script, type ScriptedSubgraph, startScriptedSubgraph } from '../../testing/scripted-subgraph.ts';
import type { TransportConfig } from '../config.ts';
import type { CircuitState, RequestOutcome } from '../observer.ts';
import { createTransport, type Transport } from '../transport.ts';

export const query = (text = '{ a }'): SubgraphRequest => ({
  subgraph: 'cargo',
  kind: 'query',
  body: JSON.stringify({ query: text }),
});
export const mutation: SubgraphRequest = { subgraph: 'cargo', kind: 'mutation', body: '{"query":"mutation { a }"}' };

/** The scope of a request of a client with its own identity and headers. */
export function client(identityKey = 'alice', more: Partial<RequestScope> = {}): RequestScope {
  return { requestId: 'request-1', identityKey, headers: { authorization: `Bearer ${identityKey}` }, ...more };
}

/** What the transport has reported to its observer. */
export interface Observed {
  readonly outcomes: RequestOutcome[];
  readonly circuit: CircuitState[];
  shared: number;
  retries: number;
}

export interface World extends AsyncDisposable {
  readonly subgraph: ScriptedSubgraph;
  readonly transport: Transport;
  readonly observed: Observed;
}

/** Starts a transport with one subgraph, "cargo", that follows the script. */
export async function world(script: Script, config: Omit<TransportConfig, 'subgraphs'> = {}): Promise<World> {
  const subgraph = await startScriptedSubgraph(script);
  const observed: Observed = { outcomes: [], circuit: [], shared: 0, retries: 0 };
  const transport = createTransport({
    retry: { maxRetries: 0 },
    ...config,
    subgraphs: { cargo: { url: subgraph.url } },
    observer: {
      onRequest: (_name, _milliseconds, outcome) => observed.outcomes.push(outcome),
      onCircuit: (_name, state) => observed.circuit.push(state),
      onShared: () => {
        observed.shared += 1;
      },
      onRetry: () => {
        observed.retries += 1;
      },
    },
  });
  return {
    subgraph,
    transport,
    observed,
    async [Symbol.asyncDispose]() {
      await subgraph.stop();
      await transport.close();
    },
  };
}

/** Returns the failure of a fetch. Checks that it has a code and the name of the subgraph, and no address or stack in its message. */
export async function failureOf(fetched: Promise<unknown>): Promise<SubgraphFailure> {
  const failure = await fetched.then(
    () => Promise.reject(new Error('expected a failure')),
    (reason: unknown) => reason,
  );
  if (!(failure instanceof SubgraphFailure)) throw failure;
  expect(failure.subgraph).toBe('cargo');
  expect(failure.message).not.toMatch(/127\.0\.0\.1|localhost|:\d|ECONN|socket|undici|\n\s+at /i);
  return failure;
}
