import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { readGivenFile, writeGivenJson } from '#shared/runtime/given-files.ts';
import { parseGivenUrl } from '#shared/runtime/given-url.ts';
import { type CheckReport, runCheck } from './preflight/check.ts';
import { checksByTarget } from './preflight/checks.ts';

const command = {
  call: 'npm run preflight --',
  does: 'Checks before a release whether everything is there: settings, keys, database, backup, graph, edge, monitoring and image. Prints a line for each check, and what to do where one fails; exits with 1 then. See docs/guides/release.md.',
  options: {
    target: { type: 'string', value: 'TARGET', default: 'compose', help: 'compose or kubernetes' },
    'env-file': { type: 'string', value: 'FILE', default: '.env.production', help: 'variables of docker-compose.yml' },
    prometheus: { type: 'string', value: 'URL', default: 'http://prometheus:9090', help: 'where the figures are' },
    edge: { type: 'string', value: 'URL', default: 'https://proxy:8443', help: 'address of the edge' },
    'plain-edge': { type: 'string', value: 'URL', default: 'http://proxy:8080', help: 'address that redirects to it' },
    disk: { type: 'string', value: 'FOLDER', default: '/', help: 'a folder on the disk of the data' },
    json: { type: 'string', value: 'FILE', writes: 'file', help: 'also writes the results there' },
  },
} as const;

function print({ name, passed, says, advice }: CheckReport): void {
  console.log(`${passed ? 'pass' : advice === undefined ? '    ' : 'FAIL'} ${name}: ${says}`);
  if (advice !== undefined) console.log(`     ${advice}`);
}

try {
  const { values } = readCommandLine(command);
  const { target, prometheus, edge, disk, 'plain-edge': plainEdge } = values;
  if (target !== 'compose' && target !== 'kubernetes') throw needs('--target', 'compose or kubernetes', target);
  for (const [option, url] of Object.entries({ prometheus, edge, 'plain-edge': plainEdge }))
    parseGivenUrl(`--${option}`, url);
  const project = join(import.meta.dirname, '..');
  const site = {
    project,
    variables:
      target === 'compose'
        ? parseEnv(readGivenFile('--env-file', values['env-file']))
        : { SERVER_NAME: parseGivenUrl('--edge', edge).hostname },
    prometheus,
    edge,
    plainEdge,
    disk,
    now: Date.now,
  };
  const reports: CheckReport[] = [];
  for (const check of checksByTarget[target]) {
    const report = await runCheck(check, site);
    print(report);
    reports.push(report);
  }
  if (values.json) writeGivenJson('--json', values.json, { checks: reports });
  const failed = reports.filter(({ advice }) => advice !== undefined).length;
  const skipped = reports.filter(({ passed }) => !passed).length - failed;
  const also = skipped > 0 ? `, and ${skipped} were not checked because of them` : '';
  console.log(failed === 0 ? 'Ready for the release.' : `${failed} of ${reports.length} checks failed${also}.`);
  // A check that was late may still have a connection to a server that does not respond.
  process.exit(failed === 0 ? 0 : 1);
} catch (error) {
  exitWith(error);
}
