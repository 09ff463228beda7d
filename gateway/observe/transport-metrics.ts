import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CircuitState, TransportObserver } from '../transport/observer.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const circuitValues: Record<CircuitState, number> = { closed: 0, 'half-open': 0.5, open: 1 };
const events = ['shared', 'retry', 'resubscribed', 'queue_overflow', 'broken_socket'] as const;

/** Metrics of requests and subscriptions to subgraphs. Those of events and of the circuit begin when a subgraph is known. */
export function createTransportMetrics(registry: Registry): TransportObserver {
  const registers = [registry];
  const duration = new Histogram({
    name: 'gateway_subgraph_request_duration_seconds',
    help: 'Duration of requests to subgraphs, including retries and the time in the queue',
    labelNames: ['subgraph'],
    buckets: seconds,
    registers,
  });
  const requests = new Counter({
    name: 'gateway_subgraph_requests_total',
    help: 'Requests to subgraphs by outcome: ok, cancelled or an error code',
    labelNames: ['subgraph', 'outcome'],
    registers,
  });
  const counted = new Counter({
    name: 'gateway_subgraph_events_total',
    help: 'Requests shared or retried, websockets broken or reconnected, subscriptions ended because their queue was full',
    labelNames: ['subgraph', 'event'],
    registers,
  });
  const circuit = new Gauge({
    name: 'gateway_subgraph_circuit',
    help: 'Circuit breaker: 0 closed, 0.5 half open, 1 open',
    labelNames: ['subgraph'],
    registers,
  });
  const count = (event: (typeof events)[number]) => (subgraph: string) => counted.inc({ subgraph, event });
  return {
    onOpened(subgraph) {
      circuit.set({ subgraph }, circuitValues.closed);
      for (const event of events) counted.inc({ subgraph, event }, 0);
    },
    onRequest(subgraph, milliseconds, outcome) {
      duration.observe({ subgraph }, milliseconds / 1000);
      requests.inc({ subgraph, outcome });
    },
    onShared: count('shared'),
    onRetry: count('retry'),
    onCircuit: (subgraph, state) => circuit.set({ subgraph }, circuitValues[state]),
    onResubscribed: count('resubscribed'),
    onQueueOverflow: count('queue_overflow'),
    onBrokenSocket: count('broken_socket'),
  };
}
