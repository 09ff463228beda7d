import { expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { upgradeWith } from '../../shared/test/migrations.ts';
import { migrations } from '../migrations/list.ts';

test('payments of earlier releases get the key of their reference, and equal ones stay', async () => {
  const [first = '', second = '', third = ''] = [newId(), newId(), newId()].toSorted();
  const [organization, other, shipment, invoice] = [newId(), newId(), newId(), newId()];
  await using database = await upgradeWith('pricing', migrations, {
    before: '0005-text-keys',
    statements: `
      insert into priced_shipment (id, organization_id, equipment, distance_meters, volume_m3, origin_region, created_at, closed)
        values ('${shipment}', '${organization}', 'REEFER', 1, 1, 'IL', now(), false);
      insert into invoice (id, number, shipment_id, organization_id, currency, amount_cents, cost_cents, issued_at, due_at)
        values ('${invoice}', 'INV-1', '${shipment}', '${organization}', 'USD', 3, 1, now(), now());
      insert into payment (id, invoice_id, organization_id, amount_cents, method, reference, paid_at) values
        ('${first}', '${invoice}', '${organization}', 1, 'WIRE', 'WIRE-1', now()),
        ('${second}', '${invoice}', '${organization}', 1, 'WIRE', 'wire 1', now()),
        ('${third}', '${invoice}', '${other}', 1, 'WIRE', 'Wire1', now())`,
  });
  expect(await database.fork().execute('select reference_key as key from payment order by id')).toEqual([
    { key: 'wire1' },
    { key: `wire1 ${second}` },
    { key: 'wire1' },
  ]);
});

test('references of payments get keys without invisible characters, and equal ones stay', async () => {
  const [first = '', second = ''] = [newId(), newId()].toSorted();
  const [organization, shipment, invoice] = [newId(), newId(), newId()];
  await using database = await upgradeWith('pricing', migrations, {
    before: '0007-letter-keys',
    statements: `
      insert into priced_shipment (id, organization_id, equipment, distance_meters, volume_m3, origin_region, created_at, closed)
        values ('${shipment}', '${organization}', 'REEFER', 1, 1, 'IL', now(), false);
      insert into invoice (id, number, shipment_id, organization_id, currency, amount_cents, cost_cents, issued_at, due_at)
        values ('${invoice}', 'INV-1', '${shipment}', '${organization}', 'USD', 3, 1, now(), now());
      insert into payment (id, invoice_id, organization_id, amount_cents, method, reference, reference_key, paid_at) values
        ('${first}', '${invoice}', '${organization}', 1, 'WIRE', 'गि1', 'ग1', now()),
        ('${second}', '${invoice}', '${organization}', 1, 'WIRE', 'गि\u200b1', 'ग1 ${second}', now())`,
  });
  expect(await database.fork().execute('select reference_key as key from payment order by id')).toEqual([
    { key: 'गि1' },
    { key: `गि1 ${second}` },
  ]);
});
