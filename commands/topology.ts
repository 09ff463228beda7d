import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { runProcess } from '#shared/runtime/run-process.ts';
import { readComposeFile } from '../drills/topology/compose-file.ts';
import { assignAddresses, hostsFile } from '../drills/topology/places.ts';
import { isInside, runInside, setUpInside } from '../drills/topology/private-network.ts';
import { Topology } from '../drills/topology/topology.ts';
import { newComposeSecrets } from './keys/compose-secrets.ts';

const project = join(import.meta.dirname, '..');

const command = {
  call: 'npm run topology --',
  does: 'Runs docker-compose.yml on this machine without Docker: two gateways behind HAProxy, seven subgraphs, PostgreSQL with a standby, Redis, Prometheus and Alertmanager, in a network namespace of their own. See docs/guides/deploy.md.',
  options: {
    app: { type: 'string', value: 'FOLDER', default: '.', help: 'what the image contains' },
    data: { type: 'string', value: 'FOLDER', help: 'keeps data and logs there; a temporary folder otherwise' },
  },
} as const;

async function run(): Promise<void> {
  const { values } = readCommandLine(command);
  const data = resolve(values.data ?? mkdtempSync(join(tmpdir(), 'freight-topology-')));
  mkdirSync(data, { recursive: true });
  await runProcess(async ({ resources, allowForEnd }) => {
    allowForEnd(60_000);
    if (values.data === undefined) resources.defer(() => rmSync(data, { recursive: true, force: true }));
    const environment = { ...(await newComposeSecrets()), HTTP_PORT: '8080', HTTPS_PORT: '8443' };
    const hosts = join(data, 'hosts');
    writeFileSync(hosts, hostsFile(assignAddresses(readComposeFile(join(project, 'docker-compose.yml'), environment))));
    setUpInside(hosts);
    const app = resolve(values.app);
    const topology = await Topology.start({ project, app, data, environment, say: (line) => console.log(line) });
    resources.use(topology);
    console.log(`Not here: ${topology.absent.join(', ')}.`);
    console.log(`Ready: https://proxy:8443/graphql. Another shell: nsenter --target ${process.pid} --net --mount bash`);
  }, 'Stopping …');
}

try {
  if (isInside()) await run();
  else {
    readCommandLine(command);
    process.exitCode = await runInside();
  }
} catch (error) {
  exitWith(error);
}
