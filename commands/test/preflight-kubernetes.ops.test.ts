import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../..');

test('a preflight of a cluster needs no variables of docker-compose.yml, and names what does not respond', async () => {
  const nowhere = ['--prometheus', 'http://127.0.0.1:2', '--edge', 'https://127.0.0.1:2'];
  const preflight = run(process.execPath, ['commands/preflight.ts', '--target', 'kubernetes', ...nowhere], {
    cwd: project,
    env: { PATH: process.env['PATH'] },
  });
  await expect(preflight).rejects.toMatchObject({ code: 1, stderr: '' });
  const { stdout } = await preflight.catch((error: { readonly stdout: string }) => error);
  expect(stdout.match(/^(pass|FAIL) \w+/gm)).toEqual([
    'FAIL backup',
    'pass supergraph',
    'FAIL certificates',
    'pass dashboards',
    'FAIL rules',
    'pass image',
  ]);
  expect(stdout).toContain('http://127.0.0.1:2 does not respond');
  expect(stdout).toContain('3 of 6 checks failed.');
}, 120_000);
