import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { demoApiKey } from '#shared/identity/api-keys.ts';
import type { LoadReport } from '../../../commands/load/report.ts';
import type { TestGraph } from '../graph.ts';

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

export function loadCommand(given: () => TestGraph): void {
  describe('npm run load', () => {
    test('sends the trusted documents of partners with an API key, and reports what they got', async () => {
      const { url, apiKeySecret } = given();
      const folder = mkdtempSync(join(tmpdir(), 'freight-load-'));
      try {
        const file = join(folder, 'light.json');
        const env = { ...process.env, API_KEYS: demoApiKey(apiKeySecret) };
        const arguments_ = ['commands/load.ts', 'light', '--url', url, '--json', file];
        // A busy machine may miss the bar of 500 ms. Requests never fail.
        await run(process.execPath, arguments_, { cwd: root, env }).catch(() => undefined);
        const report = JSON.parse(readFileSync(file, 'utf8')) as LoadReport;
        expect(report).toMatchObject({ load: 'light', users: 5, requests: 50, codes: {}, bars: [{ id: 'answered' }] });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test('says why a key is refused', async () => {
      const env = { ...process.env, API_KEYS: 'ifk_live_unknown' };
      const ended = run(process.execPath, ['commands/load.ts', 'light', '--url', given().url], { cwd: root, env });
      await expect(ended).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^API_KEYS: .+\n$/) });
    });
  });
}
