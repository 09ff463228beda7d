/** Measures our gateway, its peers and the floors under the workload of the public gateway benchmark. See README.md. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { orExit } from '#shared/runtime/exit.ts';
import { expectedResponse } from './runner/expected.ts';
import { freePort } from './runner/free-port.ts';
import { checkResponse, type RunningGateway, startGateway } from './runner/gateway.ts';
import { type Conditions, type Measurement, measure, warmUp } from './runner/measure.ts';
import { type Options, readOptions } from './runner/options.ts';
import { type RunningSubgraphs, startSubgraphs } from './runner/subgraphs.ts';
import { renderTable } from './runner/table.ts';
import { bodyOf, type Workload, workloads } from './runner/workloads.ts';

const options = orExit(() => readOptions(process.argv.slice(2)));
if (options.install) installPeers();

const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
const gateways: RunningGateway[] = [];
let subgraphs: RunningSubgraphs | undefined;
try {
  subgraphs = await startSubgraphs(options.loadCore);
  await startAll(subgraphs, options);
  const measurements = await measureRounds(subgraphs, options);
  report(measurements, options);
} finally {
  for (const gateway of gateways) await gateway.process.stop();
  await subgraphs?.stop();
  rmSync(folder, { recursive: true, force: true });
}

function installPeers(): void {
  const peers = fileURLToPath(new URL('./peers', import.meta.url));
  const { status } = spawnSync('npm', ['ci', '--prefix', peers], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the peers could not be installed');
}

async function startAll(running: RunningSubgraphs, { contenders, workloads: wanted, gatewayCore, nodeFlags }: Options) {
  const supergraphFile = join(folder, 'supergraph.graphql');
  const responseFile = join(folder, 'response.json');
  writeFileSync(supergraphFile, running.supergraphSdl);
  writeFileSync(responseFile, JSON.stringify(expectedResponse(JSON.parse(bodyOf(workloads[0]!, 5)))));
  for (const workload of workloads) writeFileSync(templateFile(workload), workload.template);
  for (const contender of contenders) {
    const place = { port: await freePort(), supergraphFile, responseFile, subgraphUrls: running.urls };
    const gateway = await startGateway(contender, place, gatewayCore, nodeFlags);
    gateways.push(gateway);
    for (const workload of wanted) {
      if (contender.isFloor && !workload.forFloors) continue;
      gateway.subgraphRequests.set(workload.name, await checkResponse(gateway, workload, running.stats));
    }
    gateway.process.pause();
  }
}

function templateFile(workload: Workload): string {
  return join(folder, `${workload.name}.json`);
}

async function measureRounds(
  running: RunningSubgraphs,
  { rounds, workloads: wanted, ...rest }: Options,
): Promise<Measurement[]> {
  const conditions: Conditions = { ...rest, subgraphs: running, templateFile };
  const measurements: Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const workload of wanted) {
      for (const gateway of gateways) {
        if (gateway.contender.isFloor && !workload.forFloors) continue;
        gateway.process.resume();
        if (round === 0 && rest.warmup > 0) await warmUp(gateway, workload, { ...conditions, seconds: rest.warmup });
        const measurement = await measure(gateway, workload, conditions);
        gateway.process.pause();
        measurements.push(measurement);
        console.error(progress(round, measurement));
      }
    }
  }
  return measurements;
}

function progress(round: number, { workload, gateway, requestsPerSecond, cpuMsPerRequest }: Measurement): string {
  return `round ${round + 1} ${workload} ${gateway}: ${requestsPerSecond.toFixed(0)}/s, ${cpuMsPerRequest.toFixed(3)} ms CPU`;
}

function report(measurements: readonly Measurement[], { workloads: wanted }: Options): void {
  const results = fileURLToPath(new URL('./results/', import.meta.url));
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'last.json'), JSON.stringify(measurements, null, 2));
  const tables = wanted.map((workload) => renderTable(workload, measurements)).filter(Boolean);
  console.log(`\nNode ${process.version}, medians\n\n${tables.join('\n\n')}`);
}
