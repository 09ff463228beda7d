import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { runProcess } from '#shared/runtime/run-process.ts';
import { serveControl } from '../drills/release/control.ts';
import { buildImage } from '../drills/topology/build-image.ts';
import { readComposeFile } from '../drills/topology/compose-file.ts';
import { commandToEnter, isInside, runInside, setUpInside } from '../drills/topology/private-network.ts';
import { Topology } from '../drills/topology/topology.ts';
import { variablesOf } from './topology/variables.ts';

const project = join(import.meta.dirname, '..');

const command = {
  call: 'npm run topology --',
  does: 'Runs docker-compose.yml on this machine without Docker: two gateways behind HAProxy, seven subgraphs, PostgreSQL with a standby, Redis, Prometheus and Alertmanager, in a network namespace of their own. See docs/guides/deploy.md.',
  options: {
    image: {
      type: 'boolean',
      default: false,
      help: 'runs what the image contains: does the steps of the Dockerfile first',
    },
    data: {
      type: 'string',
      value: 'FOLDER',
      writes: 'folder',
      help: 'keeps data, secrets and logs there, and starts again with what it finds; a temporary folder otherwise',
    },
  },
} as const;

/** Folder with what the image contains. */
const appVariable = 'FREIGHT_APP';

async function run(): Promise<void> {
  const { values } = readCommandLine(command);
  const data = resolve(values.data ?? mkdtempSync(join(tmpdir(), 'freight-topology-')));
  mkdirSync(data, { recursive: true });
  await runProcess(async ({ resources, allowForEnd }) => {
    allowForEnd(60_000);
    if (values.data === undefined) resources.defer(() => rmSync(data, { recursive: true, force: true }));
    const { file, variables } = await variablesOf(data);
    setUpInside(readComposeFile(join(project, 'docker-compose.yml'), variables));
    const app = process.env[appVariable] ?? project;
    const topology = await Topology.start({
      project,
      app,
      data,
      environment: variables,
      say: (line) => console.log(line),
    });
    resources.use(topology);
    resources.use(await serveControl(topology, data));
    console.log(`Not here: ${topology.absent.join(', ')}. Variables: ${file}.`);
    console.log(`Ready: https://proxy:8443/graphql. Another shell: ${commandToEnter(process.pid)}`);
  }, 'Stopping …');
}

/** The namespace has no network, so the image is built before. */
async function buildAndRun(): Promise<number> {
  if (!readCommandLine(command).values.image) return runInside({});
  const folder = mkdtempSync(join(tmpdir(), 'freight-image-'));
  try {
    return await runInside({ [appVariable]: buildImage(project, folder) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  if (isInside()) await run();
  else process.exitCode = await buildAndRun();
} catch (error) {
  exitWith(error);
}
