import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Scripts that are commands of ours, not of a tool. */
const { scripts } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const own = Object.entries(scripts).filter(
  ([name, script]) => /\b(commands|gateway|bench)\/\S+\.ts\b/.test(script) && !name.startsWith('check:'),
);

test.each([...own.map(([, script]) => script), 'node commands/simulator.ts'])(
  '%s --help says what it does',
  async (script) => {
    const { stdout, stderr } = await run('sh', ['-c', `${script} --help`], { cwd: root });
    expect(stdout).toMatch(/^(npm|node) .*\[options\]\n\S.*\n\n(.*\n)* {2}--help +shows this text\n$/);
    expect(stderr).toBe('');
  },
);

test.each([
  ['keys.ts rotate FIELD_KEYS --file nowhere', '--file: a readable file is required'],
  ['drill.ts summary nowhere', 'summary: a readable file is required'],
  ['analyze.ts --traces nowhere', '--traces: a readable file is required'],
  ['analyze.ts --prometheus http://127.0.0.1:1', '--prometheus: http://127.0.0.1:1 does not respond'],
  ['capacity.ts --load nowhere --live nowhere,nowhere', 'a report of `npm run load` on the topology: a readable file'],
  ['deploy.ts --to 1.2.0 --overlay nowhere', '--overlay: a folder that kubectl renders is required'],
])('%s says in one line what is missing', async (call, says) => {
  const [file = '', ...args] = call.split(' ');
  const refused = run(process.execPath, [`commands/${file}`, ...args], { cwd: root });
  await expect(refused).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) });
  await expect(refused).rejects.toHaveProperty('stderr', expect.stringContaining(says));
});
