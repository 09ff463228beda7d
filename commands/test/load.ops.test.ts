import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { LoadReport } from '../load/report.ts';

const run = promisify(execFile);

test('npm run load -- soak starts the topology, and 50 users of 50 partners get every response', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freight-load-'));
  try {
    const file = join(folder, 'soak.json');
    const options = ['soak', '--seconds', '20', '--json', file];
    // 20 seconds are too short to judge the heap, and a busy machine may miss the times. No request may fail.
    await run('node', ['commands/load.ts', ...options], { cwd: join(import.meta.dirname, '../..') }).catch(
      () => undefined,
    );
    const report = JSON.parse(readFileSync(file, 'utf8')) as LoadReport;
    expect(report).toMatchObject({ load: 'soak', users: 50, codes: {} });
    expect(report.bars.map(({ id }) => id)).toEqual(['answered', 'p50', 'p95', 'p99', 'sustained', 'heapGrowth']);
    expect(report.peakPerSecond).toBeGreaterThan(0);
    expect(report.heapMegabytes?.length).toBeGreaterThan(10);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);
