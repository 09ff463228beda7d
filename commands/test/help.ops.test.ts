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
  ['keys.ts rotate FIELD_KEYS --file nowhere', '--file cannot be read. nowhere does not exist.'],
  ['drill.ts summary', 'summary needs files that --json has written. Got nothing.'],
  ['drill.ts summary package.json', 'summary needs files that --json has written. package.json has no reports of'],
  ['keys.ts --compose --kubernetes', '--compose and --kubernetes exclude each other'],
  ['keys.ts rotate FIELD_KEYS --compose', '--compose has no effect on rotate'],
  ['keys.ts rotate FIELD_KEYS --file package.json', 'FIELD_KEYS is missing.'],
  ['keys.ts --file package.json', '--file is for `rotate NAME` only'],
  ['drill.ts summary nowhere', 'summary cannot be read. nowhere does not exist.'],
  ['analyze.ts --traces nowhere', '--traces cannot be read. nowhere does not exist.'],
  ['analyze.ts --prometheus http://127.0.0.1:1', '--prometheus: http://127.0.0.1:1 does not respond'],
  ['analyze.ts --prometheus nope', '--prometheus needs a URL such as http://127.0.0.1:9090. Got "nope".'],
  ['analyze.ts --traces package.json', '--traces: package.json has no traces of Jaeger: data: is missing'],
  [
    'monitoring.ts test-alert --alertmanager nope',
    '--alertmanager needs a URL such as http://127.0.0.1:9090. Got "nope".',
  ],
  ['capacity.ts --users -1', '--users needs a value. Write --users=-1 if -1 is the value.'],
  ['capacity.ts --load nowhere', '--load cannot be read. nowhere does not exist.'],
  ['capacity.ts --load nowhere --live nowhere,nowhere', '--load cannot be read. nowhere does not exist.'],
  ['deploy.ts --to 1.2.0 --overlay nowhere', '--overlay needs a folder that kubectl renders. '],
  ['load.ts light --url http://127.0.0.1:1 --ca nowhere.pem', '--ca cannot be read. nowhere.pem does not exist.'],
  ['deploy.ts --to 1.2.0 --target compose --env-file nowhere', '--env-file cannot be read. nowhere does not exist.'],
  ['preflight.ts --env-file nowhere', '--env-file cannot be read. nowhere does not exist.'],
  [
    'preflight.ts --target kubernetes --plain-edge nope',
    '--plain-edge needs a URL such as http://127.0.0.1:9090. Got "nope".',
  ],
  ['preflight.ts --target moon', '--target needs compose or kubernetes. Got "moon".'],
  ['documents.ts --check --supergraph nowhere', '--supergraph cannot be read. nowhere does not exist.'],
  ['deploy.ts --to 1.2.0 --target topology --app /nope', '--app cannot be read. The folder /nope does not exist.'],
  ['deploy.ts', '--to needs a version, for example 1.2.0. Got nothing.'],
  ['deploy.ts --to 1/2', '--to needs a version, for example 1.2.0. Got "1/2".'],
  ['deploy.ts --to 1.2.0 --target moon', '--target needs kubernetes, compose or topology. Got "moon".'],
])('%s says in one line what is missing', async (call, says) => {
  await expectRefusal(`commands/${call}`, says);
});

test.each([
  'commands/check-deploy.ts --json',
  'commands/drill.ts redis --json',
  'commands/load.ts light --json',
  'commands/deploy.ts --to 1.2.0 --json',
  'commands/preflight.ts --json',
  'commands/capacity.ts --json',
  'commands/documents.ts --check --json',
  'commands/audit.ts export --file',
  'bench/live/run.ts --json',
  'bench/graph/profile.ts ListShipments --output',
])('%s FILE is refused before anything begins if the file cannot be written', async (call) => {
  await expectRefusal(`${call} /nowhere/file`, 'cannot be written. The folder /nowhere does not exist.');
});

test.each([
  'commands/analyze.ts --prometheus http://127.0.0.1:1 --folder',
  'commands/capacity.ts --measure',
  'commands/topology.ts --data',
  'bench/gateway/run.ts --cpu-prof',
])('%s FOLDER is refused before anything begins if the folder cannot be written', async (call) => {
  await expectRefusal(`${call} package.json`, 'cannot be written. A part of package.json is a file and no folder.');
});

/** A command that prints one line, and nothing else, with this in it. Before `--`, Node would read `--env-file` itself. */
async function expectRefusal(call: string, says: string): Promise<void> {
  const refused = run(process.execPath, ['--', ...call.split(' ')], {
    cwd: root,
    env: { PATH: process.env['PATH'], API_KEYS: 'key' },
  });
  await expect(refused).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) });
  await expect(refused).rejects.toHaveProperty('stderr', expect.stringContaining(says));
}
