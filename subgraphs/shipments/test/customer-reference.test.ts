import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { upgradeWith } from '../../shared/test/migrations.ts';
import { importRow } from '../domain/import-input.ts';
import { createInput } from '../domain/shipment-input.ts';
import { migrations } from '../migrations/list.ts';
import {
  admin,
  assigned,
  change,
  chicago,
  create,
  customer,
  now,
  openScene,
  organizationId,
  type Shipments,
  shipmentInput,
  stranger,
  toronto,
} from './scene.ts';

let scene: Shipments;
beforeAll(async () => {
  scene = await openScene();
  await scene.services.database.fork().execute(`insert into known_organization values ('${organizationId}', '')`);
});
afterAll(() => scene.close());

async function find(filter: object, as = admin): Promise<string[]> {
  const query = 'query($filter: ShipmentFilter) { shipments(filter: $filter) { nodes { id } } }';
  const { data, errors } = await scene.ask<{ shipments: { nodes: { id: string }[] } }>(as, query, { filter });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.shipments.nodes.map(({ id }) => id);
}

async function read(id: string, selection: string): Promise<unknown> {
  const { data } = await scene.ask<{ shipment: unknown }>(
    admin,
    `query($id: ID!) { shipment(id: $id) { ${selection} } }`,
    { id },
  );
  return data?.shipment;
}

const update = (shipmentId: string, expectedVersion: number, fields: object) =>
  change(
    scene,
    customer,
    'updateShipment',
    { shipmentId, expectedVersion, ...fields },
    'shipment { version customerReference changes { fields { field before after } } }',
  );

const importedRow = {
  line: 2,
  sourceReference: '1',
  reference: 'OLD-1',
  createdAt: '2025-01-01T00:00:00Z',
  deliveredAt: '2025-01-05T00:00:00Z',
  item: { description: 'Lamps', commodity: 'Lamps', quantity: 1 },
  values: ['1'],
};

describe("a shipment has the customer's own reference", () => {
  test.each(['po4500-1234', 'PO 4500 1234', 'po45001234', '４５００-1234', '0012', 'po-4500'])(
    'by which the search finds it: %s',
    async (typed) => {
      const { id } = await create(scene, { customerReference: ' PO 4500-1234 ' });
      expect(await find({ search: typed })).toContain(id);
      expect(await find({ search: typed }, stranger)).toEqual([]);
      expect(await read(id, 'customerReference')).toEqual({ customerReference: 'PO 4500-1234' });
    },
  );

  test('by which a filter finds it, in any case, with any blanks and dashes', async () => {
    const { id } = await create(scene, { customerReference: 'Ärzte-BOL 77/1' });
    const other = await create(scene, { customerReference: 'Ärzte-BOL 77/12' });
    expect(await find({ customerReferences: ['arztebol771'] })).toEqual([id]);
    const both = await find({ customerReferences: ['ÄRZTE BOL 77-1', 'ärzte-bol 7712', 'none'] });
    expect(both.toSorted()).toEqual([id, other.id].toSorted());
    expect(await find({ customerReferences: [] })).toEqual([]);
  });

  test('which changes, is removed by null and kept when absent', async () => {
    const { id } = await create(scene, { customerReference: 'PO-1001' });
    const kept = await update(id, 1, { notes: 'Gate 4' });
    expect(kept.shipment).toMatchObject({ version: 2, customerReference: 'PO-1001' });
    const changed = await update(id, 2, { customerReference: 'PO-2002' });
    expect(changed.shipment).toMatchObject({ version: 3, customerReference: 'PO-2002' });
    expect(await find({ search: 'po1001' })).toEqual([]);
    expect(await find({ customerReferences: ['po 2002'] })).toEqual([id]);
    const removed = await update(id, 3, { customerReference: null });
    expect(removed.shipment).toMatchObject({
      version: 4,
      customerReference: null,
      changes: [
        { fields: [{ field: 'notes', before: 'Keep at 4 degrees', after: 'Gate 4' }] },
        { fields: [{ field: 'customerReference', before: 'PO-1001', after: 'PO-2002' }] },
        { fields: [{ field: 'customerReference', before: 'PO-2002', after: null }] },
      ],
    });
    expect(await find({ search: '2002' })).toEqual([]);
  });

  test('which still changes on the road, and can be missing', async () => {
    const { id } = await assigned(scene);
    expect(await read(id, 'customerReference')).toEqual({ customerReference: null });
    expect((await update(id, 3, { customerReference: 'BOL 9-9' })).shipment).toMatchObject({ version: 4 });
  });

  test('of one line with at most 64 characters; blanks alone are none', async () => {
    const longest = 'x'.repeat(64);
    const { id } = await create(scene, { customerReference: longest });
    expect(await read(id, 'customerReference')).toEqual({ customerReference: longest });
    for (const customerReference of [`${longest}x`, 'PO 1\nPO 2', 'PO\t1', 'PO\u0000']) {
      const refused = await update(id, 1, { customerReference });
      expect(refused.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['customerReference'] }]);
    }
    const blank = await create(scene, { customerReference: '  ' });
    expect(await read(blank.id, 'customerReference')).toEqual({ customerReference: null });
  });

  test('which no other subgraph receives: none needs it, but each gets the new version', async () => {
    await scene.heard();
    const stops = [{ ...chicago, contactPhone: '(312) 555-0100' }, toronto];
    const { id } = await create(scene, { customerReference: 'PO-77', book: true, stops });
    await update(id, 2, { customerReference: 'PO-78' });
    const heard = await scene.heard();
    expect(heard).toMatchObject([
      { name: 'shipment.created' },
      { name: 'shipment.booked', payload: { shipmentId: id, version: 2 } },
      { name: 'shipment.booked', payload: { shipmentId: id, version: 3 } },
    ]);
    expect(JSON.stringify(heard)).not.toMatch(/PO-7|5550100/);
  });

  test('also if it was imported', async () => {
    const row = { ...importedRow, customerReference: 'PO 88-001' };
    const input = { source: 'OLD', file: 'old.csv', organizationId, columns: ['no'] };
    const selection = 'imported refusals { code field }';
    expect(await change(scene, admin, 'importShipments', { ...input, rows: [row] }, selection)).toMatchObject({
      imported: 1,
      refusals: [],
    });
    const [id = ''] = await find({ customerReferences: ['PO88001'] });
    expect(await read(id, 'reference customerReference')).toEqual({
      reference: 'OLD-1',
      customerReference: 'PO 88-001',
    });
    expect(await find({ search: '88001' })).toEqual([id]);
    const long = { ...row, sourceReference: '2', reference: 'OLD-2', customerReference: 'x'.repeat(65) };
    expect(await change(scene, admin, 'importShipments', { ...input, rows: [long] }, selection)).toMatchObject({
      imported: 0,
      refusals: [{ code: 'INVALID_INPUT', field: 'customerReference' }],
    });
  });
});

describe('a call and a row of earlier releases', () => {
  test('keep the inputs that they had, of which keyed calls and imported rows store a hash', () => {
    const dated = { windowStart: new Date(chicago.windowStart), windowEnd: new Date(chicago.windowEnd) };
    const given = shipmentInput({ book: false, customerReference: null, stops: [] });
    const stops = [chicago, toronto].map((stop) => ({ ...stop, ...dated, contactPhone: ' ' }));
    const parsed: unknown = JSON.parse(JSON.stringify(createInput.parse({ ...given, stops })));
    expect(parsed).toMatchObject({ notes: 'Keep at 4 degrees' });
    expect(JSON.stringify(parsed)).not.toMatch(/customerReference|contactPhone/);
    const row = { ...importedRow, createdAt: new Date('2025-01-01'), deliveredAt: new Date('2025-01-05') };
    const content = JSON.stringify(importRow(now).parse({ ...row, customerReference: null }));
    expect(content).toContain('"reference":"OLD-1","createdAt"');
  });

  test('get a shipment without a reference of the customer and a stop without a phone number', async () => {
    const id = newId();
    await using database = await upgradeWith('shipments', migrations, {
      before: '0008-customer-references',
      statements: `
        insert into shipment (id, reference, organization_id, created_by_account_id, status, version, imported, goods,
          search, reference_key, created_at, status_changed_at, updated_at)
          values ('${id}', 'IF-2026-000001', '${newId()}', '${newId()}', 'DRAFT', 1, false, '', '', 'if2026000001',
            now(), now(), now());
        insert into stop (id, shipment_id, sequence, kind, contact_name, country)
          values ('${newId()}', '${id}', 0, 'PICKUP', 'Zoë', 'US')`,
    });
    const rows = await database.fork().execute(
      `select version, customer_reference, customer_reference_key, contact_name, contact_phone
         from shipment join stop on shipment_id = shipment.id`,
    );
    expect(rows).toEqual([
      { version: 1, customer_reference: null, customer_reference_key: null, contact_name: 'Zoë', contact_phone: null },
    ]);
  });
});

describe('a stop has the phone number of its contact', () => {
  const withPhones = (...phones: (string | null)[]) =>
    [chicago, toronto].map((stop, index) => ({ ...stop, contactPhone: phones[index] ?? null }));

  test('in one form, however it was written', async () => {
    const { id } = await create(scene, { stops: withPhones('(312) 555-0100 ext. 7', '+1 416.555.0199') });
    expect(await read(id, 'stops { contactPhone }')).toEqual({
      stops: [{ contactPhone: '+13125550100;ext=7' }, { contactPhone: '+14165550199' }],
    });
  });

  test('whose change is recorded, but the same number in another form is none', async () => {
    const { id } = await create(scene, { stops: withPhones('312 555 0100', null) });
    const same = await update(id, 1, { stops: withPhones('+1 (312) 555-0100', ' ') });
    expect(same.shipment).toMatchObject({ version: 1, changes: [] });
    const changed = await update(id, 1, { stops: withPhones(null, '416 555 0199') });
    expect(changed.shipment).toMatchObject({
      version: 2,
      changes: [
        {
          fields: [
            { field: 'stops.0.contactPhone', before: '+13125550100', after: null },
            { field: 'stops.1.contactPhone', before: null, after: '+14165550199' },
          ],
        },
      ],
    });
  });

  test('and others are refused, with the stop', async () => {
    const { id } = await create(scene);
    for (const wrong of ['ask Bob', '555-0100', '+1 312 555 0100 / 0101']) {
      const { userErrors } = await update(id, 1, { stops: withPhones(null, wrong) });
      expect(userErrors).toEqual([
        {
          code: 'INVALID_INPUT',
          field: ['stops', '1', 'contactPhone'],
          message: 'Must be a phone number with its country code, such as +1 312 555 0100.',
        },
      ]);
    }
  });
});
