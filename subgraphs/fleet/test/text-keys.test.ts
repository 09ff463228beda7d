import { expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { referenceKey, textKey } from '#shared/input/text-key.ts';
import { announced, upgradeWith } from '../../shared/test/migrations.ts';
import { migrations } from '../migrations/list.ts';

test('drivers and vehicles of earlier releases get keys, and equal ones stay', async () => {
  const [first = '', second = ''] = [newId(), newId()].toSorted();
  await using database = await upgradeWith('fleet', migrations, {
    before: '0003-text-keys',
    statements: `
      insert into vehicle (id, plate, make, model_year, equipment, max_weight_kg, max_volume_m3, home, created_at) values
        ('${first}', 'M-ÜX 4711', 'MAN', 2024, 'REEFER', 1, 1, '{}', now()),
        ('${second}', 'm üx 4711', 'MAN', 2024, 'REEFER', 1, 1, '{}', now());
      insert into driver (id, name, phone, license_number, license_classes, equipment, home, hired_at, created_at)
        values ('${first}', 'Inés Vázquez', '1', 'B072 RRE', '{CLASS_A}', '{REEFER}', '{}', now(), now()),
          ('${second}', 'Łukasz', '1', 'b072-rre', '{CLASS_A}', '{REEFER}', '{}', now(), now())`,
  });
  const em = database.fork();
  const plate = referenceKey('M-ÜX 4711');
  expect(await em.execute('select plate_key as plate from vehicle order by id')).toEqual([
    { plate },
    { plate: `${plate} ${second}` },
  ]);
  const license = referenceKey('B072 RRE');
  expect(await em.execute('select name_key as name, license_key as license from driver order by id')).toEqual([
    { name: textKey('Inés Vázquez'), license },
    { name: textKey('Łukasz'), license: `${license} ${second}` },
  ]);
});

test('drivers and vehicles get keys without invisible characters, and changed plates are announced', async () => {
  const [first = '', second = ''] = [newId(), newId()].toSorted();
  await using database = await upgradeWith('fleet', migrations, {
    before: '0007-letter-keys',
    statements: `
      insert into jobs.subscription (event, name) values ('vehicle.changed', 'fleet_events');
      insert into vehicle (id, plate, plate_key, make, model_year, equipment, max_weight_kg, max_volume_m3, home, created_at) values
        ('${first}', 'CO 1', 'co1', 'MAN', 2024, 'REEFER', 1, 1, '{}', now()),
        ('${second}', 'がC\u00adO 1', 'かc\u00ado1', 'MAN', 2024, 'REEFER', 1, 1, '{}', now());
      insert into driver (id, name, name_key, phone, license_number, license_key, license_classes, equipment, home, hired_at, created_at)
        values ('${first}', 'D''Angelo', 'd''angelo', '1', 'B\u200b1', 'b\u200b1', '{CLASS_A}', '{REEFER}', '{}', now(), now())`,
  });
  const em = database.fork();
  expect(await em.execute('select plate_key as plate from vehicle order by id')).toEqual([
    { plate: 'co1' },
    { plate: 'がco1' },
  ]);
  expect(await em.execute('select name_key as name, license_key as license from driver')).toEqual([
    { name: 'dangelo', license: 'b1' },
  ]);
  expect(await announced(em, 'fleet_events')).toEqual([
    { vehicleId: second, equipment: 'REEFER', active: true, plate: 'がC\u00adO 1', at: expect.any(String) },
  ]);
});
