import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { DrillReport } from '../drill.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

const drillMs = 300_000;

test.each(['gateway', 'subgraph', 'redis'])(
  'npm run drill -- %s meets its bars',
  async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'freight-drill-report-'));
    try {
      const file = join(folder, 'report.json');
      // A missed bar ends the command with 1; the report names it.
      const { stdout } = await run('node', ['commands/drill.ts', name, '--json', file], { cwd: root }).catch(
        (error) => error,
      );
      const report = JSON.parse(readFileSync(file, 'utf8')) as DrillReport;
      expect({ stdout, missed: report.bars.filter(({ met }) => !met) }).toEqual({ stdout, missed: [] });
      for (const { acknowledged } of report.cases) expect(acknowledged).toBeGreaterThan(100);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  drillMs,
);
