import type { RunningGateway } from './gateway.ts';
import { generateLoad, type LoadFigures } from './load.ts';
import type { RunningSubgraphs } from './subgraphs.ts';
import type { Workload } from './workloads.ts';

export interface Measurement {
  gateway: string;
  workload: string;
  requestsPerSecond: number;
  p50: number;
  p95: number;
  p99: number;
  cpuMsPerRequest: number;
  /** Share of its core that the gateway used. Well below 1, the load generator was the bottleneck, or other processes took the core. */
  coreUse: number;
  peakMemoryMb: number;
  /** Of one operation that runs alone. */
  subgraphRequestsAlone: number;
  /** Of an operation under load, where equal operations in flight may be shared. */
  subgraphRequestsUnderLoad: number;
}

export interface Conditions {
  subgraphs: RunningSubgraphs;
  connections: number;
  seconds: number;
  loadCore: number;
  templateFile(workload: Workload): string;
}

export async function measure(
  gateway: RunningGateway,
  workload: Workload,
  conditions: Conditions,
): Promise<Measurement> {
  const { subgraphs, connections, seconds, loadCore } = conditions;
  gateway.process.resetPeakMemory();
  const statsBefore = await subgraphs.stats();
  const cpuBefore = gateway.process.cpuMs();
  const load = await generateLoad({
    url: gateway.url,
    template: conditions.templateFile(workload),
    variation: workload.variation,
    connections,
    seconds,
    core: loadCore,
  });
  const cpuMs = gateway.process.cpuMs() - cpuBefore;
  const statsAfter = await subgraphs.stats();
  refuseShortResponses(gateway, load, gateway.responseBytes.get(workload.name)!);
  refuseFailures(gateway, load, statsAfter.anonymous - statsBefore.anonymous);
  return {
    gateway: gateway.contender.name,
    workload: workload.name,
    requestsPerSecond: load.requests / load.seconds,
    p50: load.p50,
    p95: load.p95,
    p99: load.p99,
    cpuMsPerRequest: cpuMs / load.requests,
    coreUse: cpuMs / (load.seconds * 1000),
    peakMemoryMb: gateway.process.peakMemoryMb(),
    subgraphRequestsAlone: gateway.subgraphRequests.get(workload.name)!,
    subgraphRequestsUnderLoad: (statsAfter.requests - statsBefore.requests) / load.requests,
  };
}

/** Requests after which hot functions are compiled. */
const warmRequests = 3_000;

/** Load before the first measurement: this many requests, or five times `seconds` for slower gateways. */
export async function warmUp(gateway: RunningGateway, workload: Workload, conditions: Conditions): Promise<void> {
  let requests = 0;
  for (let slice = 0; slice < 5 && requests < warmRequests; slice += 1) {
    const { requestsPerSecond } = await measure(gateway, workload, conditions);
    requests += requestsPerSecond * conditions.seconds;
  }
}

function refuseFailures(gateway: RunningGateway, load: LoadFigures, anonymous: number): void {
  const { name } = gateway.contender;
  if (load.failed > 0) throw new Error(`${name}: ${load.failed} of ${load.requests} requests failed`);
  if (anonymous > 0) throw new Error(`${name} sent ${anonymous} subgraph requests without the client's authorization`);
}

/** A response with errors may have the status 200, but another length. wrk counts headers as well. */
function refuseShortResponses({ contender }: RunningGateway, load: LoadFigures, responseBytes: number): void {
  const average = load.bytes / load.requests;
  if (load.requests > 100 && average < responseBytes * 0.99) {
    throw new Error(
      `${contender.name}: responses have ${Math.round(average)} bytes on average; ${responseBytes} are correct`,
    );
  }
}
