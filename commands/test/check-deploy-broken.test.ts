import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFaults } from '../check-deploy/find-faults.ts';
import { findKubernetesFaults, renderOverlays } from '../check-deploy/kubernetes/find-kubernetes-faults.ts';

describe('a file that cannot be read is one finding, and the others are still checked', () => {
  let project: string;
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'freight-broken-'));
    for (const overlay of ['kind', 'staging']) {
      mkdirSync(join(project, 'k8s/overlays', overlay), { recursive: true });
      writeFileSync(join(project, 'k8s/overlays', overlay, 'kustomization.yaml'), '');
    }
    writeFileSync(join(project, 'docker-compose.yml'), 'services:\n  - : [\n');
    writeFileSync(join(project, 'k8s/edges.yaml'), 'edges: many\n');
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test('of Docker', async () => {
    expect(await findFaults(project)).toEqual([
      { file: 'Dockerfile', at: 'file', says: expect.stringContaining('no such file') },
      { file: 'infra/postgres', at: 'file', says: expect.stringContaining('no such file') },
      { file: 'infra/collector', at: 'file', says: expect.stringContaining('no such file') },
      { file: 'docker-compose.yml', at: 'file', says: expect.not.stringContaining('\n') },
    ]);
  });

  test('of an overlay', async () => {
    const { overlays, findings } = await renderOverlays(project, 'false');
    expect(overlays).toEqual([]);
    expect(findings).toEqual(
      ['kind', 'staging'].map((name) => ({
        file: `k8s/overlays/${name}`,
        at: 'file',
        says: expect.stringContaining('Command failed'),
      })),
    );
  });

  test('of what all overlays have together, nothing, if one is missing', () => {
    writeFileSync(join(project, 'k8s/edges.yaml'), 'outside: {}\nedges: []\n');
    const together = findKubernetesFaults(project, []).filter(({ at }) => at !== 'file');
    expect(together).toEqual([]);
    writeFileSync(join(project, 'k8s/edges.yaml'), 'edges: many\n');
  });

  test('of the edges', () => {
    expect(findKubernetesFaults(project, [])).toEqual([
      { file: 'k8s/edges.yaml', at: 'file', says: expect.stringContaining('is missing') },
    ]);
  });
});
