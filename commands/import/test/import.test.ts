import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import type { GraphClient, GraphOperation } from '../../../client/graph-client.ts';
import { GraphFailure } from '../../../client/graph-failure.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from '../../../subgraphs/shared/test/harness.ts';
import type { ShipmentsContext } from '../../../subgraphs/shipments/context.ts';
import { shipments } from '../../../subgraphs/shipments/subgraph.ts';
import { importFile } from '../import-file.ts';
import { shipments as kind, type ShipmentFields } from '../kinds/shipments.ts';
import { type Mapping, readMapping } from '../mapping.ts';
import { exitCodeOf, summaryOf, writeReport } from '../report.ts';

const admin = somebody(['ADMIN']);
const organizationId = newId();
const customer = somebody(['CUSTOMER'], { organizationId });
let folder: string;
let scene: TestSubgraph<ShipmentsContext>;
let requests = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'freight-import-'));
  scene = await startTestSubgraph(shipments);
  await scene.services.database.fork().execute('insert into known_organization values (?)', [organizationId]);
});
afterAll(async () => {
  await scene.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A client that sends operations to the subgraph instead of a gateway. */
function clientOf(as: Identity): GraphClient {
  return {
    async send<T>({ query, variables }: GraphOperation) {
      requests += 1;
      return scene.ask<T>(as, query, { ...variables });
    },
  };
}

function fileOf(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const plain = (source: string): Mapping<ShipmentFields> =>
  readMapping(
    fileOf(
      'mapping.json',
      JSON.stringify({
        source,
        fields: {
          sourceReference: { column: 'key' },
          reference: { template: `${source}-{key}` },
          createdAt: { column: 'ordered', formats: ['iso'] },
          deliverBy: { column: 'due', formats: ['iso'], day: 'end' },
          deliveredAt: { column: 'done', formats: ['iso'] },
          destination: { country: { column: 'country', values: { Kenya: 'KE' } }, city: { column: 'city' } },
          item: {
            description: { column: 'goods' },
            commodity: { constant: 'General' },
            quantity: { column: 'pieces' },
            weightKg: { column: 'weight' },
          },
          freightCost: { column: 'freight', currency: 'EUR' },
          mode: { column: 'mode', values: { Road: 'TRUCK', 'n/a': null } },
          equipment: { column: 'truck', values: { Fridge: 'REEFER' } },
        },
      }),
    ),
    kind,
  );
const header = 'key,ordered,due,done,country,city,goods,pieces,weight,freight,mode,truck';
const cellsOf = (key: string, changes: Record<string, string> = {}) =>
  Object.values({
    key,
    ordered: '2020-01-01',
    due: '2020-02-01',
    done: '2020-01-31',
    country: 'Kenya',
    city: 'Nairobi',
    goods: '"Tents, ""large"""',
    pieces: '"1,200"',
    weight: '17.5',
    freight: '1234.5',
    mode: '',
    truck: '',
    ...changes,
  });
const good = (key: string, changes: Record<string, string> = {}) => cellsOf(key, changes).join(',');
const load = (file: string, mapping: Mapping<ShipmentFields>, as: Identity = admin) =>
  importFile({ file, kind, mapping, organizationId, client: clientOf(as) });

const selection = `reference status version late createdAt deliveredAt deliverBy weightKg distanceMeters equipment origin { city }
  organization { id } createdBy { id } destination { city country location { latitude } timeZone windowEnd arrivedAt } stops { kind }
  items { description quantity weightKg value { amount currency } } events { from to at note by { id } }
  importedFrom { source file line sourceReference mode freightCost { amount currency } freightCostNote weightNote originalRow { name value } }`;
async function byReference(reference: string, as: Identity = customer) {
  const { data } = await scene.ask<{ shipmentByReference: Record<string, unknown> | null }>(
    as,
    `query($reference: String!) { shipmentByReference(reference: $reference) { ${selection} } }`,
    { reference },
  );
  return data?.shipmentByReference;
}

describe('importing a file', () => {
  test('makes a shipment of each row, with the data of the row only', async () => {
    const file = fileOf(
      'plain.csv',
      `\ufeff${header}\n${good('a')}\n\n${good('b', { goods: '"two\nlines"', weight: 'unknown', freight: 'Invoiced Separately', city: '' })}\n${good('c')}\n`,
    );
    const totals = await load(file, plain('PLAIN'));
    expect(totals).toEqual({
      rows: 3,
      imported: 3,
      alreadyImported: 0,
      refused: [],
      kept: [
        { line: 4, sourceReference: 'b', field: 'item.weightKg', value: 'unknown' },
        { line: 4, sourceReference: 'b', field: 'freightCost', value: 'Invoiced Separately' },
      ],
    });
    expect(exitCodeOf(totals)).toBe(3);
    expect(summaryOf(totals, { kind: 'shipments', dryRun: false, report: 'report.csv' })).toBe(
      [
        '3 rows: 3 imported, 0 imported before, 0 refused.',
        'Cells that are not numbers and are kept as text: 2 (item.weightKg 1, freightCost 1).',
        '  line 4: item.weightKg: "unknown"',
        '  line 4: freightCost: "Invoiced Separately"',
        'All of them: report.csv',
      ].join('\n'),
    );
    expect(await byReference('PLAIN-a')).toEqual({
      reference: 'PLAIN-a',
      status: 'DELIVERED',
      version: 1,
      late: false,
      createdAt: '2020-01-01T00:00:00.000Z',
      deliverBy: '2020-02-01T23:59:59.999Z',
      deliveredAt: '2020-01-31T00:00:00.000Z',
      weightKg: 17.5,
      distanceMeters: null,
      equipment: null,
      origin: null,
      organization: { id: organizationId },
      createdBy: { id: admin.accountId },
      destination: {
        city: 'Nairobi',
        country: 'KE',
        location: null,
        timeZone: null,
        windowEnd: '2020-02-01T23:59:59.999Z',
        arrivedAt: '2020-01-31T00:00:00.000Z',
      },
      stops: [{ kind: 'DELIVERY' }],
      items: [{ description: 'Tents, "large"', quantity: 1200, weightKg: 17.5, value: null }],
      events: [
        {
          from: null,
          to: 'DELIVERED',
          at: '2020-01-31T00:00:00.000Z',
          note: 'Imported from PLAIN',
          by: { id: admin.accountId },
        },
      ],
      importedFrom: {
        source: 'PLAIN',
        file: 'plain.csv',
        line: 2,
        sourceReference: 'a',
        mode: null,
        freightCost: { amount: '1234.50', currency: 'EUR' },
        freightCostNote: null,
        weightNote: null,
        originalRow: expect.arrayContaining([{ name: 'pieces', value: '1,200' }]),
      },
    });
    expect(await byReference('PLAIN-b')).toMatchObject({
      weightKg: null,
      destination: { city: null },
      importedFrom: { line: 4, freightCost: null, freightCostNote: 'Invoiced Separately', weightNote: 'unknown' },
    });
    expect(await byReference('PLAIN-c')).toMatchObject({ importedFrom: { line: 6 } });
  });

  test("takes the customer's own reference from the field of the mapping", async () => {
    const orders = {
      ...plain('ORDERS'),
      fields: { ...plain('ORDERS').fields, customerReference: { template: 'Purchase order {key}' } },
    };
    const file = fileOf('orders.csv', `${header}\n${good('77')}\n${good('x'.repeat(50))}\n`);
    expect(await load(file, orders)).toMatchObject({
      imported: 1,
      refused: [
        { line: 3, code: 'INVALID_INPUT', field: 'customerReference', value: `Purchase order ${'x'.repeat(50)}` },
      ],
    });
    const { data } = await scene.ask(
      customer,
      '{ shipments(filter: { customerReferences: ["PURCHASE ORDER-77"] }) { nodes { reference customerReference } } }',
    );
    expect(data).toEqual({
      shipments: { nodes: [{ reference: 'ORDERS-77', customerReference: 'Purchase order 77' }] },
    });
  });

  test('twice imports each row once', async () => {
    const lines = [header.split(','), cellsOf('t1'), cellsOf('t2')].map((cells) => cells.join('\t'));
    const file = fileOf('twice.tsv', `${lines.join('\r\n')}\r\n`);
    // A file without commas between its cells says which separator is the decimal one.
    const twice: Mapping<ShipmentFields> = { ...plain('TWICE'), decimal: '.' };
    const both = await Promise.all([load(file, twice), load(file, twice)]);
    expect(both.map(({ imported }) => imported).toSorted()).toEqual([0, 2]);
    expect(await load(file, twice)).toEqual({ rows: 2, imported: 0, alreadyImported: 2, refused: [], kept: [] });
  });

  test('refuses each bad row by its line and reason, and imports the others', async () => {
    const rows = [
      good('ok'),
      good('', {}),
      good('late', { done: 'soon' }),
      good('land', { country: 'Atlantis' }),
      good('none', { pieces: '0' }),
      'too,few,cells',
      good('ok'),
      good('ok', { weight: '99' }),
      good('neg', { weight: '-1' }),
      good('nul', { goods: 'a\u0000b' }),
      good('huge', { freight: '99999999999999' }),
    ];
    const totals = await load(fileOf('bad.csv', `${header}\n${rows.join('\n')}\n`), plain('BAD'));
    expect(totals).toMatchObject({ rows: 11, imported: 1, alreadyImported: 1 });
    expect(totals.refused.map(({ line, code, message }) => [line, code, message])).toEqual([
      [3, 'UNMAPPED', expect.stringContaining('sourceReference')],
      [4, 'UNMAPPED', expect.stringContaining('deliveredAt: "soon" is not a date in the format iso')],
      [5, 'UNMAPPED', expect.stringContaining('Atlantis')],
      [6, 'INVALID_INPUT', expect.stringContaining('item.quantity')],
      [7, 'UNMAPPED', expect.stringContaining('The row has 3 cells, the header 12')],
      [9, 'CHANGED', expect.stringContaining('The row ok is twice in the file, first in line 2')],
      [10, 'INVALID_INPUT', expect.stringContaining('item.weightKg')],
      [11, 'INVALID_INPUT', expect.any(String)],
      [12, 'INVALID_INPUT', expect.stringContaining('freightCost')],
    ]);
    const report = join(folder, 'reports', 'bad.csv');
    writeReport(report, totals);
    expect(readFileSync(report, 'utf8').split('\n')).toHaveLength(11);
    expect(summaryOf(totals, { kind: 'shipments', dryRun: false, report })).toContain(
      '11 rows: 1 imported, 1 imported before, 9 refused.',
    );
  });

  test('a text that the mapping does not translate refuses its row, with field and value', async () => {
    const rows = [
      good('fine', { mode: 'Road', truck: 'Fridge' }),
      good('mode', { mode: 'Rail' }),
      good('unknown', { mode: 'n/a' }),
      good('truck', { truck: 'Reefer' }),
      good('country', { country: 'Tansania' }),
      good('due', { due: 'as soon as possible' }),
      good('pieces', { pieces: 'a dozen' }),
    ];
    const totals = await load(fileOf('words.csv', `${header}\n${rows.join('\n')}\n`), plain('WORDS'));
    expect(totals).toMatchObject({ rows: 7, imported: 2 });
    expect(totals.refused).toMatchObject([
      { line: 3, sourceReference: 'mode', code: 'UNMAPPED', field: 'mode', value: 'Rail' },
      { line: 5, sourceReference: 'truck', code: 'UNMAPPED', field: 'equipment', value: 'Reefer' },
      { line: 6, sourceReference: 'country', code: 'UNMAPPED', field: 'destination.country', value: 'Tansania' },
      { line: 7, sourceReference: 'due', code: 'UNMAPPED', field: 'deliverBy', value: 'as soon as possible' },
      { line: 8, sourceReference: 'pieces', code: 'UNMAPPED', field: 'item.quantity', value: 'a dozen' },
    ]);
    expect(totals.refused[0]?.message).toBe(
      'mode: "Rail" is not one of AIR, AIR_CHARTER, TRUCK, OCEAN. ' +
        'Correct it, or add it to "values" of the mapping (null when it is unknown).',
    );
    expect(await byReference('WORDS-fine')).toMatchObject({ equipment: 'REEFER', importedFrom: { mode: 'TRUCK' } });
  });

  test('a value that no variable of the mutation can hold refuses its row, not the batch', async () => {
    const rows = Array.from({ length: 40 }, (_row, index) => good(`v${index}`));
    rows[7] = good('v7', { freight: '12345678901234567890' });
    rows[31] = good('v31', { ordered: '0000-01-01' });
    requests = 0;
    const totals = await load(fileOf('values.csv', `${header}\n${rows.join('\n')}\n`), plain('VALUES'));
    expect(totals).toMatchObject({ rows: 40, imported: 38 });
    expect(totals.refused).toMatchObject([
      {
        line: 9,
        sourceReference: 'v7',
        code: 'INVALID_INPUT',
        message: expect.stringContaining('12345678901234567890'),
      },
      { line: 33, sourceReference: 'v31', code: 'INVALID_TIME', message: expect.stringContaining('year') },
    ]);
    expect(requests).toBeLessThan(25); // Batches are halved; no request per row.
  });

  test('an amount has the decimals of its currency, which each row may name', async () => {
    const { fields } = plain('COINS');
    const mapping: Mapping<ShipmentFields> = {
      ...plain('COINS'),
      fields: { ...fields, freightCost: { column: 'freight', currency: { column: 'truck' } }, equipment: undefined },
    };
    const rows = [
      good('jpy', { freight: '100.50', truck: 'JPY' }),
      good('yen', { freight: '¥100', truck: 'jpy' }),
      good('kwd', { freight: '1.234', truck: 'KWD' }),
      good('usd', { freight: '1.234', truck: 'USD' }),
      good('xyz', { freight: '1', truck: 'XYZ' }),
    ];
    const { imported, refused } = await load(fileOf('coins.csv', `${header}\n${rows.join('\n')}\n`), mapping);
    expect(imported).toBe(2);
    expect(refused).toMatchObject([
      {
        line: 2,
        code: 'INVALID_INPUT',
        field: 'freightCost',
        message: expect.stringContaining('without decimals in JPY'),
      },
      { line: 5, code: 'INVALID_INPUT', field: 'freightCost', message: expect.stringContaining('2 decimals in USD') },
      { line: 6, code: 'UNMAPPED', field: 'freightCost.currency', value: 'XYZ' },
    ]);
    expect(await byReference('COINS-yen')).toMatchObject({
      importedFrom: { freightCost: { amount: '100', currency: 'JPY' } },
    });
    expect(await byReference('COINS-kwd')).toMatchObject({
      importedFrom: { freightCost: { amount: '1.234', currency: 'KWD' } },
    });
  });

  test('a load is not delivered in the future', async () => {
    const { refused } = await load(
      fileOf('future.csv', `${header}\n${good('f', { done: '2069-03-05' })}\n`),
      plain('FUTURE'),
    );
    expect(refused).toMatchObject([
      { line: 2, code: 'INVALID_TIME', field: 'deliveredAt', message: expect.stringContaining('future') },
    ]);
  });

  test('a load cannot be delivered before it was created', async () => {
    const early = good('early', { ordered: '2020-02-01', done: '2020-01-31' });
    const { imported, refused } = await load(fileOf('early.csv', `${header}\n${early}\n`), plain('EARLY'));
    expect({ imported, refused }).toMatchObject({
      imported: 0,
      refused: [{ sourceReference: 'early', code: 'INVALID_TIME', field: 'deliveredAt', value: '2020-01-31' }],
    });
  });

  test('stops when the graph fails for every row, and reports what was imported before', async () => {
    const file = fileOf('failing.csv', `${header}\n${good('f1')}\n${good('f2', { mode: 'Rail' })}\n${good('f3')}\n`);
    const failing: GraphClient = {
      send: () => Promise.reject(new GraphFailure('INTERNAL_SERVER_ERROR', 'Internal server error (request r-1)')),
    };
    await expect(
      importFile({ file, kind, mapping: plain('FAILING'), organizationId, client: failing }),
    ).rejects.toMatchObject({
      message: 'import: the graph fails for every row: Internal server error (request r-1)',
      totals: { rows: 3, imported: 0, refused: [{ line: 3, code: 'UNMAPPED' }] },
    });
  });

  test('continues after a stray quote, and refuses bytes that are no UTF-8', async () => {
    const text = `${header}\n${good('q1')}\n${good('q2', { goods: '"a" b' })}\n${good('q3')}\n`;
    const latin = Buffer.concat([
      Buffer.from(`${text}${good('q4', { truck: 'C' })}`.slice(0, -1)),
      Buffer.from([0xf4]),
    ]);
    const totals = await load(fileOf('quote.csv', Buffer.concat([latin, Buffer.from('\n')])), plain('QUOTE'));
    expect(totals).toMatchObject({ rows: 4, imported: 2 });
    expect(totals.refused).toMatchObject([
      { line: 3, code: 'MALFORMED', sourceReference: 'q2' },
      { line: 5, code: 'UNMAPPED', sourceReference: 'q4', message: expect.stringContaining('UTF-8') },
    ]);
  });

  test('names the columns that a file lacks, and the faults of a mapping', async () => {
    await expect(load(fileOf('other.csv', 'a,b\n1,2\n'), plain('OTHER'))).rejects.toThrow(/key, ordered, due, done/);
    await expect(load(fileOf('header.csv', `key,"ordered" at,done\n`), plain('OTHER'))).rejects.toThrow(
      /header is not CSV/,
    );
    await expect(load(fileOf('empty.csv', ''), plain('OTHER'))).rejects.toThrow(/file is empty/);
    expect(() => readMapping(fileOf('m.json', '{"source": "x", "fields": {"reference": {}}}'), kind)).toThrow(
      /fields\.sourceReference/,
    );
    expect(() => readMapping(join(folder, 'none.json'), kind)).toThrow(/--mapping: .+ cannot be read as JSON/);
  });

  test('is for administrators', async () => {
    const file = fileOf('forbidden.csv', `${header}\n${good('f')}\n`);
    for (const as of [customer, somebody(['DISPATCHER']), somebody(['ANALYST'])]) {
      await expect(load(file, plain('FORBIDDEN'), as)).rejects.toThrow(/lacks the scope shipments:import/);
    }
  });

  test('a reference of another shipment, or one like ours, is refused', async () => {
    const file = fileOf('taken.csv', `${header}\n${good('x')}\n`);
    await load(file, plain('TAKEN'));
    const thief = { ...plain('THIEF'), fields: { ...plain('THIEF').fields, reference: { constant: 'TAKEN-x' } } };
    expect((await load(file, thief)).refused).toMatchObject([{ line: 2, code: 'REFERENCE_TAKEN' }]);
    const forger = { ...thief, fields: { ...thief.fields, reference: { constant: 'IF-2026-000001' } } };
    expect((await load(file, forger)).refused).toMatchObject([{ line: 2, code: 'INVALID_INPUT' }]);
  });
});

describe('the sample of docs/import.md', () => {
  const samples = join(import.meta.dirname, '../samples');
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/import.md'), 'utf8');
  const printed = /```json\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';

  test('is imported with the printed mapping', async () => {
    expect(printed).toBe(readFileSync(join(samples, 'mapping.json'), 'utf8'));
    const mapping = readMapping(fileOf('printed.json', printed), kind);
    const totals = await load(join(samples, 'shipments.csv'), mapping);
    expect(totals).toEqual({ rows: 8, imported: 8, alreadyImported: 0, refused: [], kept: [] });
    expect(await byReference('KONTOR-K-1003')).toMatchObject({
      late: false,
      weightKg: null,
      origin: { city: 'Ningbo' },
      destination: { city: 'Hamburg', country: 'DE' },
      items: [{ description: 'Lamps, brass', quantity: 800, value: { amount: '46250.00', currency: 'EUR' } }],
      importedFrom: { mode: 'OCEAN', weightNote: 'see list', freightCost: { amount: '2870.00', currency: 'EUR' } },
    });
  });
});

const scms = join(import.meta.dirname, '../../../../shared/data/pricing-scms/scms.csv');
/** Of data that is no part of the project. */
const scmsIsPresent = existsSync(scms);

if (scmsIsPresent)
  describe('the 7,754 real shipments of SCMS', () => {
    test('can all be queried, also those without a number for cost or weight', async () => {
      const mapping = readMapping(join(import.meta.dirname, '../mappings/scms.json'), kind);
      expect(await load(scms, mapping)).toEqual({
        rows: 7_754,
        imported: 7_754,
        alreadyImported: 0,
        refused: [],
        kept: [],
      });
      expect(await load(scms, mapping)).toEqual({
        rows: 7_754,
        imported: 0,
        alreadyImported: 7_754,
        refused: [],
        kept: [],
      });

      const { data } = await scene.ask(
        customer,
        `{ all: shipments(filter: { imported: true, search: "SCMS-" }) { totalCount }
         nigeria: shipments(filter: { destination: { country: "NG" } }) { totalCount }
         tests: shipments(filter: { search: "\\"HIV test\\"" }, first: 1) { nodes { items { commodity } } } }`,
      );
      expect(data).toMatchObject({
        all: { totalCount: 7_754 },
        nigeria: { totalCount: 1_008 },
        tests: { nodes: [{ items: [{ commodity: expect.stringContaining('HIV test') }] }] },
      });
      expect(await byReference('SCMS-1')).toMatchObject({
        deliveredAt: '2006-06-02T00:00:00.000Z',
        late: false,
        weightKg: 13,
        destination: { country: 'CI', city: null, location: null },
        items: [{ quantity: 19, value: { amount: '551.00', currency: 'USD' } }],
        importedFrom: { line: 2, mode: 'AIR', freightCost: { amount: '780.34', currency: 'USD' } },
      });
      const [notes] = await scene.services.database.fork().execute<Record<string, number>[]>(
        `select count(*) filter (where i.freight_cost_note = 'Freight Included in Commodity Cost')::int as included,
              count(*) filter (where i.freight_cost_note = 'Invoiced Separately')::int as separately,
              count(*) filter (where i.freight_cost_note like 'See %')::int as elsewhere,
              count(i.freight_cost_cents)::int as costs, count(s.weight_kg)::int as weights,
              count(i.weight_note)::int as weight_notes, count(i.mode)::int as modes
       from shipment_import i join shipment s on s.id = i.shipment_id where i.source like '%SCMS%'`,
      );
      expect(notes).toEqual({
        included: 809,
        separately: 107,
        elsewhere: 1_857,
        costs: 4_981,
        weights: 5_126,
        weight_notes: 2_628,
        modes: 7_394,
      });
    });
  });
