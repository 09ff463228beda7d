import { expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { upgradeWith } from '../../shared/test/migrations.ts';
import { keysOf, searchOf } from '../domain/search-keys.ts';
import { migrations } from '../migrations/list.ts';

test('shipments of earlier releases get the keys and words that the stores write', async () => {
  const id = newId();
  await using database = await upgradeWith('shipments', migrations, {
    before: '0004-text-keys',
    statements: `
      insert into shipment (id, reference, organization_id, created_by_account_id, status, version, imported, goods, notes,
        origin_city, origin_region, origin_country, created_at, status_changed_at, updated_at)
        values ('${id}', 'ÄB-0012', '${newId()}', '${newId()}', 'DRAFT', 1, false, E'Käse\\nMilch', 'Für Müller: "kühl"',
          'Zu\u0308rich', 'Zürich', 'ch', now(), now(), now());
      insert into stop (id, shipment_id, sequence, kind, contact_name, city, country)
        values ('${newId()}', '${id}', 1, 'DELIVERY', 'Zoë O''Neil', 'Ålesund', 'NO'),
          ('${newId()}', '${id}', 0, 'PICKUP', null, 'Zu\u0308rich', 'CH')`,
  });
  const shipment = {
    reference: 'ÄB-0012',
    notes: 'Für Müller: "kühl"',
    goods: 'Käse\nMilch',
    stops: [
      { city: 'Zürich', country: 'CH' },
      { contactName: "Zoë O'Neil", city: 'Ålesund', country: 'NO' },
    ],
  };
  const [row] = await database.fork().execute(
    `select search = ?::tsvector as search, reference_key as "referenceKey", origin_country as country,
       origin_city_key as "originCityKey", origin_region_key as "originRegionKey",
       destination_city_key as "destinationCityKey", destination_region_key as "destinationRegionKey" from shipment`,
    [searchOf(shipment)],
  );
  expect(row).toEqual({
    search: true,
    country: 'CH',
    ...keysOf({ reference: 'ÄB-0012', originCity: 'Zürich', originRegion: 'Zürich' }),
  });
});

test('shipments get keys and words with vowels, and without invisible characters and apostrophes', async () => {
  const id = newId();
  await using database = await upgradeWith('shipments', migrations, {
    before: '0011-letter-keys',
    statements: `
      insert into shipment (id, reference, reference_key, customer_reference, customer_reference_key, organization_id,
        created_by_account_id, status, version, imported, goods, notes, search, origin_city, origin_city_key, origin_region,
        origin_region_key, destination_city, destination_city_key, created_at, status_changed_at, updated_at)
        values ('${id}', 'R\u00ad1', 'r\u00ad1', 'भि1', 'भ1', '${newId()}', '${newId()}', 'DRAFT', 1, false, 'Käse',
          'Für D''Angelo', '''old'':1', 'O''Hare', 'o''hare', 'IL', 'il', 'バド', 'ハト', now(), now(), now());
      insert into stop (id, shipment_id, sequence, kind, city, country) values
        ('${newId()}', '${id}', 0, 'PICKUP', 'O''Hare', 'US'), ('${newId()}', '${id}', 1, 'DELIVERY', 'バド', 'JP')`,
  });
  const shipment = {
    reference: 'R\u00ad1',
    customerReference: 'भि1',
    notes: "Für D'Angelo",
    goods: 'Käse',
    stops: [
      { city: "O'Hare", country: 'US' },
      { city: 'バド', country: 'JP' },
    ],
  };
  const [row] = await database.fork().execute(
    `select search = ?::tsvector as search, reference_key as reference, customer_reference_key as own,
       origin_city_key as origin, origin_region_key as region, destination_city_key as destination from shipment`,
    [searchOf(shipment)],
  );
  expect(row).toEqual({
    search: true,
    reference: 'r1',
    own: 'भि1',
    origin: 'ohare',
    region: 'il',
    destination: 'バド',
  });
});
