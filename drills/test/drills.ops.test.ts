import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { DrillReport } from '../drill.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** The bar of the failover, its set-up included. */
const drillMs = 480_000;

test('without the programs of Debian, a drill ends with 2 and the line that installs them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freight-no-programs-'));
  try {
    symlinkSync(process.execPath, join(folder, 'node'));
    const ended = run('node', ['commands/drill.ts', 'failover'], { cwd: root, env: { PATH: folder } });
    await expect(ended).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/apt-get install -y --no-install-recommends .*patroni python3-etcd etcd-server/),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each([
  'gateway',
  'subgraph',
  'redis',
  'standby',
  'supergraph',
  'keys',
  'secrets',
  'clock',
  'full-disk',
  'detection',
  'failover',
  'region',
  'restore',
  'corruption',
  'rolling',
  'release',
])(
  'npm run drill -- %s meets its bars',
  async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'freight-drill-report-'));
    try {
      const file = join(folder, 'report.json');
      // A missed bar ends the command with 1; the report names it.
      const { stdout, stderr } = await run('node', ['commands/drill.ts', name, '--json', file], { cwd: root }).catch(
        (error) => error,
      );
      const report = JSON.parse(readFileSync(file, 'utf8')) as DrillReport;
      const missed = report.bars.filter(({ met }) => !met);
      expect({ stdout, stderr, missed }).toEqual({ stdout, stderr, missed: [] });
      // Clients get a response of the graph, whatever breaks.
      const codes = new Set(report.cases.flatMap(({ clientCodes }) => Object.keys(clientCodes)));
      expect(codes).not.toContain('NOT_GRAPHQL');
      for (const { acknowledged } of report.cases) expect(acknowledged).toBeGreaterThan(100);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  drillMs,
);
