import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DemoAccount, TestGraph } from '../graph.ts';

const root = join(import.meta.dirname, '../../..');
const samples = join(root, 'commands/import/samples');
const mapping = join(samples, 'mapping.json');
const sample = join(samples, 'shipments.csv');
let folder: string;
let graph: TestGraph;

/** Runs `npm run import -- shipments …` as this demo account. */
function importShipments(file: string, as: DemoAccount = 'admin', more: readonly string[] = []) {
  return importAs('shipments', file, mapping, as, more);
}

/** Runs `npm run import -- KIND …` with the sample of this kind. */
function importSample(kind: string, file = join(samples, `${kind}.csv`), more: readonly string[] = []) {
  return importAs(kind, file, join(samples, `${kind}.json`), 'admin', more);
}

async function importAs(kind: string, file: string, by: string, as: DemoAccount, more: readonly string[]) {
  const report = join(folder, 'report.csv');
  const options = ['--mapping', by, '--url', graph.url, '--email', `${as}@demo.test`, '--report', report];
  const command = spawn(process.execPath, ['commands/import.ts', kind, file, ...options, ...more], { cwd: root });
  const exited = new Promise<number | null>((resolve) => command.once('close', resolve));
  const [output, errors, exitCode] = await Promise.all([text(command.stdout), text(command.stderr), exited]);
  // The progress bar goes to the error output as well.
  const lines = errors.split(/[\r\n]/).filter((line) => line !== '' && !/[█░]/.test(line));
  return { exitCode, output, lines, report };
}

export function importCommand(given: () => TestGraph): void {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'freight-import-'));
    graph = given();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
            /^--email: dispatcher@demo\.test lacks the scope shipments:import\. .+ has shipments:read, /,
          ),
        ],
      });
    });

    test('a dry run shows what the mapping makes of the file, and sends nothing', async () => {
      const file = join(folder, 'dry.csv');
      writeFileSync(file, readFileSync(sample, 'utf8').replaceAll('K-1', 'N-1').replace('8400.00', '8400.005'));
      const { exitCode, output } = await importShipments(file, 'admin', ['--dry-run', '--url', 'http://127.0.0.1:1/']);
      expect(exitCode).toBe(2);
      expect(output).toContain('Line 3 becomes:\n  sourceReference: "N-1002"\n  reference: "KONTOR-N-1002"\n');
      expect(output).toContain('  createdAt: 2024-03-02T00:00:00.000Z\n');
      expect(output).toContain('  destination.country: "PL"\n');
      expect(output).toContain(
        '8 rows: 7 can be imported, 0 repeat another row, 1 refused. Nothing was sent.\n  line 2: INVALID_INPUT: item.value: Must be from 0 to ',
      );
      const { data } = await graph.ask('admin', '{ shipmentByReference(reference: "KONTOR-N-1002") { id } }');
      expect(data).toEqual({ shipmentByReference: null });
    });

    test('imports drivers, and refuses those whose licence does not allow the equipment or whose row has changed', async () => {
      for (const _time of ['first', 'second']) {
        expect(await importSample('drivers')).toMatchObject({
          exitCode: 0,
          output: '2 rows: 2 are in the graph, 0 refused.\n',
        });
      }
      const found = await graph.ask(
        'dispatcher',
        `{ drivers(filter: { search: "Ana Pérez" }) { nodes {
          phone licenseClasses equipment hiredAt homeBase { city region location { latitude } } } } }`,
      );
      expect(found.data).toEqual({
        drivers: {
          nodes: [
            {
              phone: '+1 512 555 0134',
              licenseClasses: ['CLASS_A', 'TANK'],
              equipment: expect.arrayContaining(['TANKER', 'DRY_VAN']),
              hiredAt: '2021-01-04T00:00:00.000Z',
              homeBase: { city: 'Austin', region: 'TX', location: { latitude: 30.2672 } },
            },
          ],
        },
      });
      const file = join(folder, 'drivers.csv');
      const rows = readFileSync(join(samples, 'drivers.csv'), 'utf8')
        .replace('Ana', 'Anna')
        .replace('D-2', 'D-3')
        .replace('Box', 'Van');
      writeFileSync(file, rows);
      const { exitCode, report } = await importSample('drivers', file);
      expect(exitCode).toBe(2);
      expect(readFileSync(report, 'utf8').split('\n')).toEqual([
        expect.any(String),
        expect.stringMatching(/^2,D-1,CHANGED,/),
        expect.stringMatching(/^3,D-3,LICENSE_REQUIRED,/),
        '',
      ]);
    });

    test('imports vehicles, with weights and volumes of other units', async () => {
      expect(await importSample('vehicles')).toMatchObject({
        exitCode: 0,
        output: '2 rows: 2 are in the graph, 0 refused.\n',
      });
      const { data } = await graph.ask<{ vehicles: { nodes: { plate: string }[] } }>(
        'dispatcher',
        '{ vehicles(first: 100) { nodes { plate modelYear maxWeightKg maxVolumeM3 } } }',
      );
      expect(data?.vehicles.nodes.find(({ plate }) => plate === 'TX LSV 101')).toMatchObject({
        modelYear: 2022,
        maxWeightKg: expect.closeTo(19_958.06, 1),
        maxVolumeM3: expect.closeTo(107.6, 1),
      });
    });

    test('imports open loads for a new organization, with windows by the clocks of their stops', async () => {
      for (const _time of ['first', 'second']) {
        expect(await importSample('loads')).toMatchObject({
          exitCode: 0,
          output: '2 rows: 2 are in the graph, 0 refused.\n',
        });
      }
      const { data } = await graph.ask(
        'admin',
        `{ shipments(filter: { search: "Ceiling fans" }) { nodes { status customerReference organization { name }
          stops { windowStart contactPhone } items { weightKg value { amount currency } } } } }`,
      );
      expect(data).toEqual({
        shipments: {
          nodes: [
            {
              status: 'DRAFT',
              customerReference: 'PO-501',
              organization: { name: 'Lone Star Trading' },
              stops: [
                { windowStart: '2026-07-06T13:00:00.000Z', contactPhone: '+15125550142' },
                { windowStart: '2026-07-07T12:00:00.000Z', contactPhone: null },
              ],
              items: [{ weightKg: expect.closeTo(2_812.27, 1), value: { amount: '18000.00', currency: 'USD' } }],
            },
          ],
        },
      });
    });
  });
}
