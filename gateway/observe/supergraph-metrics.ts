import { Counter, Gauge, type Registry } from 'prom-client';
import type { CanaryChange, ServedRequest } from '../supergraph/canary/trials.ts';
import type { GateReport } from '../supergraph/gate/run-gate.ts';
import { type GateOutcome, gateOutcomes } from '../supergraph/gate/supergraph-gate.ts';

/** Metrics of reloads. */
export interface SupergraphMetrics {
  reloaded(outcome: 'loaded' | 'refused'): void;
  gate(outcome: GateOutcome, report?: GateReport): void;
  canary(change: CanaryChange): void;
  /** A request has ended while a canary ran. */
  served(generation: 'current' | 'canary', request: ServedRequest): void;
}

export function createSupergraphMetrics(registry: Registry): SupergraphMetrics {
  const registers = [registry];
  const reloads = new Counter({
    name: 'gateway_supergraph_reloads_total',
    help: 'Supergraph files loaded or refused',
    labelNames: ['outcome'],
    registers,
  });
  const gates = new Counter({
    name: 'gateway_supergraph_gate_total',
    help: 'Supergraph files whose documents were compared, by outcome: passed, refused, reported, accepted by an administrator, failed',
    labelNames: ['outcome'],
    registers,
  });
  const damaged = new Gauge({
    name: 'gateway_supergraph_damaged_documents',
    help: 'Documents that the last compared supergraph damages',
    registers,
  });
  const running = new Gauge({
    name: 'gateway_supergraph_canary',
    help: '1 while a new supergraph serves a share of the callers',
    registers,
  });
  const canaries = new Counter({
    name: 'gateway_supergraph_canaries_total',
    help: 'New supergraphs that served a share of the callers, by outcome: promoted, rolled_back, replaced by another file',
    labelNames: ['outcome'],
    registers,
  });
  const requests = new Counter({
    name: 'gateway_supergraph_canary_requests_total',
    help: 'Requests with one response while a canary ran, by generation (current, canary) and outcome (ok, failed because of the graph)',
    labelNames: ['generation', 'outcome'],
    registers,
  });
  for (const outcome of ['loaded', 'refused']) reloads.inc({ outcome }, 0);
  for (const outcome of gateOutcomes) gates.inc({ outcome }, 0);
  for (const outcome of ['promoted', 'rolled_back', 'replaced']) canaries.inc({ outcome }, 0);
  for (const generation of ['current', 'canary'])
    for (const outcome of ['ok', 'failed']) requests.inc({ generation, outcome }, 0);
  return {
    reloaded: (outcome) => reloads.inc({ outcome }),
    gate(outcome, report) {
      gates.inc({ outcome });
      if (report) damaged.set(report.findings.length);
    },
    canary(change) {
      running.set(change === 'begun' ? 1 : 0);
      if (change !== 'begun') canaries.inc({ outcome: change.replace(' ', '_') });
    },
    served: (generation, { hasFailed }) => requests.inc({ generation, outcome: hasFailed ? 'failed' : 'ok' }),
  };
}
