import { Counter, Histogram, type Registry } from 'prom-client';
import { BoundedLabels, removeSeries } from '#shared/runtime/bounded-labels.ts';
import { type RequestOutcome, requestOutcomes } from '../pipeline/request-outcome.ts';

/** Clients choose their names, so their number is bounded, in all and by account. */
const limits = { names: 50, namesPerCaller: 5, idleMs: 3_600_000 };

export interface SettledRequest {
  /** Name that the client gives itself; undefined if it was refused before it was read. */
  readonly client: string | undefined;
  readonly caller: string;
  readonly outcome: RequestOutcome;
  /** Undefined for a subscription, which lasts as long as its client wants. */
  readonly seconds: number | undefined;
  readonly points: number;
}

/** Counts requests by outcome, and by client. The objective of 99.95 % is measured by the outcomes. */
export function createClientMetrics(registry: Registry): (request: SettledRequest) => void {
  const registers = [registry];
  const outcomes = new Counter({
    name: 'gateway_request_outcomes_total',
    help: 'GraphQL requests by outcome: ok, refused (the client must change the request), cancelled, or failed because of the graph',
    labelNames: ['outcome'],
    registers,
  });
  const requests = new Counter({
    name: 'gateway_client_requests_total',
    help: 'GraphQL requests by the name that the client gives itself, and outcome',
    labelNames: ['client', 'outcome'],
    registers,
  });
  const points = new Counter({
    name: 'gateway_client_points_total',
    help: 'Points that the requests of a client have cost, by the name that the client gives itself; events of subscriptions excepted',
    labelNames: ['client'],
    registers,
  });
  const duration = new Histogram({
    name: 'gateway_client_request_duration_seconds',
    help: 'Duration of GraphQL requests by client, subscriptions excepted',
    labelNames: ['client'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const labels = new BoundedLabels((client) => {
    for (const metric of [requests, points, duration]) void removeSeries<'client'>(metric, 'client', client);
  }, limits);
  for (const outcome of requestOutcomes) outcomes.inc({ outcome }, 0);
  return ({ client: name, caller, outcome, seconds, points: cost }) => {
    const client = labels.labelOf(name, caller);
    outcomes.inc({ outcome });
    requests.inc({ client, outcome });
    points.inc({ client }, cost);
    if (seconds !== undefined) duration.observe({ client }, seconds);
  };
}
