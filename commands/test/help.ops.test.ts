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
