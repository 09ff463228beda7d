import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DemoAccount, startTestGraph, type TestGraph } from './graph.ts';

const root = join(import.meta.dirname, '../..');
const mapping = join(root, 'commands/import/samples/mapping.json');
const sample = join(root, 'commands/import/samples/shipments.csv');
let folder: string;
let graph: TestGraph;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'freight-import-'));
  graph = await startTestGraph({ size: { shipments: 150 } });
}, 60_000);
afterAll(async () => {
  await graph.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `npm run import -- shipments …` as this demo account. */
async function importShipments(file: string, as: DemoAccount = 'admin', more: readonly string[] = []) {
  const report = join(folder, 'report.csv');
  const options = ['--mapping', mapping, '--url', graph.url, '--email', `${as}@demo.test`, '--report', report];
  const command = spawn(process.execPath, ['commands/import.ts', 'shipments', file, ...options, ...more], {
    cwd: root,
  });
  const exited = new Promise<number | null>((resolve) => command.once('close', resolve));
  const [output, errors, exitCode] = await Promise.all([text(command.stdout), text(command.stderr), exited]);
  // The progress bar goes to the error output as well.
  const lines = errors.split(/[\r\n]/).filter((line) => line !== '' && !/[█░]/.test(line));
  return { exitCode, output, lines, report };
}

describe('npm run import', () => {
  test('imports the sample once, and finds it imported the second time', async () => {
    expect(await importShipments(sample)).toMatchObject({
      exitCode: 0,
      output: '8 rows: 8 imported, 0 imported before, 0 refused.\n',
    });
    expect(await importShipments(sample)).toMatchObject({
      exitCode: 0,
      output: '8 rows: 0 imported, 8 imported before, 0 refused.\n',
    });
    const { data } = await graph.ask<{ shipmentByReference: object }>(
      'dispatcher',
      '{ shipmentByReference(reference: "KONTOR-K-1002") { late notes organization { name } } }',
    );
    expect(data?.shipmentByReference).toEqual({
      late: true,
      notes: 'Keep between 2 and 8 °C',
      organization: { name: 'Kontor Trading' },
    });
  });

  test('refuses rows with texts that the mapping lacks or values that no variable can hold, and imports the others', async () => {
    const file = join(folder, 'words.csv');
    const rows = readFileSync(sample, 'utf8')
      .replaceAll('K-1', 'L-1')
      .replace('Curtain,Road', 'Curtain,Rail')
      .replace('Spain', 'Iberia')
      .replace('9600.00', '96000000000000000000');
    writeFileSync(file, rows);
    const { exitCode, output, report } = await importShipments(file);
    expect({ exitCode, output }).toEqual({
      exitCode: 2,
      output: expect.stringContaining('8 rows: 5 imported, 0 imported before, 3 refused.'),
    });
    const refused = readFileSync(report, 'utf8').split('\n');
    expect(refused).toEqual([
      'line,sourceReference,code,message,field,value',
      expect.stringMatching(/^2,L-1001,UNMAPPED,"mode: .+",mode,Rail$/),
      expect.stringMatching(/^7,L-1005,UNMAPPED,"origin\.country: .+",origin\.country,Iberia$/),
      expect.stringMatching(/^9,L-1007,INVALID_INPUT,/),
      '',
    ]);
  });

  test.each([
    ['no gateway runs', ['--url', 'http://127.0.0.1:1/graphql'], /^--url: .+ can't be reached: /],
    ['the password is wrong', ['--password', 'guessed'], /^--email, --password: Wrong e-mail address or password\./],
  ])('says in one line that %s', async (_what, options, line) => {
    expect(await importShipments(sample, 'admin', options)).toMatchObject({
      exitCode: 1,
      output: '',
      lines: [expect.stringMatching(line)],
    });
  });

  test('says in one line which scope an account lacks', async () => {
    expect(await importShipments(sample, 'dispatcher')).toMatchObject({
      exitCode: 1,
      output: '',
      lines: [
        expect.stringMatching(
          /^--email: the scope shipments:import is required; dispatcher@demo\.test has shipments:read, /,
        ),
      ],
    });
  });
});
