import { expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import { upgradeWith } from '../../shared/test/migrations.ts';
import { migrations } from '../migrations/list.ts';

test('geofences of earlier releases get the key of their name', async () => {
  await using database = await upgradeWith('tracking', migrations, {
    before: '0004-text-keys',
    statements: `insert into geofence (id, name, area, hysteresis_meters, version, created_at, updated_at)
      values ('${newId()}', 'Ko\u0308ln  SÜD', '{}', 1, 1, now(), now())`,
  });
  expect(await database.fork().execute('select name_key as key from geofence')).toEqual([{ key: textKey('Köln Süd') }]);
});

test('geofences get keys with the vowels of their names', async () => {
  await using database = await upgradeWith('tracking', migrations, {
    before: '0005-letter-keys',
    statements: `insert into geofence (id, name, name_key, area, hysteresis_meters, version, created_at, updated_at)
      values ('${newId()}', 'กิน ขนส่ง', 'กน ขนสง', '{}', 1, 1, now(), now())`,
  });
  expect(await database.fork().execute('select name_key as key from geofence')).toEqual([{ key: 'กิน ขนส่ง' }]);
});
