import { expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import { upgradeWith } from '../../shared/test/migrations.ts';
import { keyOfLane } from '../domain/lane.ts';
import { nameKey } from '../domain/names.ts';
import { migrations } from '../migrations/list.ts';

test('watchlist, customers and bookings of earlier releases get the keys of this release', async () => {
  await using database = await upgradeWith('risk', migrations, {
    before: '0004-text-keys',
    statements: `
      insert into watchlist_entry (id, kind, value, value_key, reason, added_at)
        values ('${newId()}', 'NAME', 'Łódź Öl S.A.', 'łodz ol', 'fraud', now());
      insert into known_organization (id, name_key, created_at) values ('${newId()}', 'łodz ol', now());
      insert into booking (shipment_id, reference, organization_id, account_id, version, lane, lane_key, value_cents, currency,
        booked_at, pickup_from, party_keys, open) values ('${newId()}', 'R', '${newId()}', '${newId()}', 1, 'Łódź, PL → Malmø, SE',
          'łodz, pl → malmø, se', 1, 'USD', now(), now(), '{łodz ol,corvo}', true)`,
  });
  const em = database.fork();
  const name = nameKey('Łódź Öl S.A.');
  expect(await em.execute('select value_key as key, search_key as search from watchlist_entry')).toEqual([
    { key: name, search: textKey('Łódź Öl S.A.') },
  ]);
  expect(await em.execute('select name_key as key from known_organization')).toEqual([{ key: name }]);
  expect(await em.execute('select lane_key as lane, party_keys as parties from booking')).toEqual([
    { lane: keyOfLane('Łódź, PL → Malmø, SE'), parties: [name, 'corvo'] },
  ]);
});

test('watchlist and lanes get keys that nothing invisible evades', async () => {
  await using database = await upgradeWith('risk', migrations, {
    before: '0005-letter-keys',
    statements: `
      insert into watchlist_entry (id, kind, value, value_key, search_key, reason, added_at)
        values ('${newId()}', 'NAME', 'Ev\u00adil Käufer', 'ev il kaufer', 'ev\u00adil kaufer', 'fraud', now());
      insert into booking (shipment_id, reference, organization_id, account_id, version, lane, lane_key, value_cents, currency,
        booked_at, pickup_from, party_keys, open) values ('${newId()}', 'R', '${newId()}', '${newId()}', 1, 'ハト, JP → バド, JP',
          'ハト, jp → ハト, jp', 1, 'USD', now(), now(), '{corvo}', true)`,
  });
  const em = database.fork();
  expect(await em.execute('select value_key as key, search_key as search from watchlist_entry')).toEqual([
    { key: 'evil kaufer', search: 'evil kaufer' },
  ]);
  expect(await em.execute('select lane_key as lane from booking')).toEqual([{ lane: 'ハト, jp → バド, jp' }]);
});
