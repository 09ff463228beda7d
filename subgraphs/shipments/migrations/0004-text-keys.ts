import { Migration } from '@mikro-orm/migrations';
import { fillColumns } from '#shared/database/fill-columns.ts';
import { textKey } from '#shared/input/text-key.ts';
import { keysOf, searchOf } from '../domain/search-keys.ts';

interface Present {
  readonly reference: string;
  readonly notes: string | null;
  readonly goods: string;
  readonly origin_city: string | null;
  readonly origin_region: string | null;
  readonly origin_country: string | null;
  readonly destination_city: string | null;
  readonly destination_region: string | null;
  readonly destination_country: string | null;
  readonly stops: readonly Readonly<
    Record<'hubCode' | 'contactName' | 'street' | 'city' | 'region' | 'postalCode' | 'country', string | null>
  >[];
}

/**
 * Shipments store keys of their texts and a vector of their words, which TypeScript makes. So comparison and search do not
 * depend on the version and locale of PostgreSQL. Customers' names are searched where they are known: a change of a name
 * changes one row.
 */
export class AddTextKeys extends Migration {
  async up(): Promise<void> {
    await this.execute(`
      drop index shipment_lane;
      drop index shipment_destination_country;
      drop index shipment_reference_part;
      alter table shipment drop column search;
      alter table shipment
        add column search tsvector,
        add column reference_key text collate "C",
        add column origin_city_key text collate "C",
        add column origin_region_key text collate "C",
        add column destination_city_key text collate "C",
        add column destination_region_key text collate "C";
    `);
    await fillColumns<Present>(this, {
      table: 'shipment',
      reads: `reference, notes, goods, origin_city, origin_region, origin_country,
        destination_city, destination_region, destination_country,
        (select coalesce(json_agg(json_build_object('hubCode', hub_code, 'contactName', contact_name, 'street', street,
          'city', city, 'region', region, 'postalCode', postal_code, 'country', country) order by sequence), '[]')
          from stop where shipment_id = shipment.id) as stops`,
      writes: [
        'search',
        'reference_key',
        'origin_city_key',
        'origin_region_key',
        'origin_country',
        'destination_city_key',
        'destination_region_key',
        'destination_country',
      ],
      toValues: (row) => {
        const keys = keysOf({
          reference: row.reference,
          originCity: row.origin_city,
          originRegion: row.origin_region,
          destinationCity: row.destination_city,
          destinationRegion: row.destination_region,
        });
        return {
          search: searchOf(row),
          reference_key: keys.referenceKey,
          origin_city_key: keys.originCityKey,
          origin_region_key: keys.originRegionKey,
          origin_country: countryCode(row.origin_country),
          destination_city_key: keys.destinationCityKey,
          destination_region_key: keys.destinationRegionKey,
          destination_country: countryCode(row.destination_country),
        };
      },
    });
    await this.execute(`
      alter table shipment alter column search set not null, alter column reference_key set not null;
      create index shipment_lane on shipment (origin_city_key, destination_city_key, created_at desc, id desc);
      create index shipment_destination_country on shipment (destination_country, created_at desc, id desc);
      create index shipment_search on shipment using gin (search) with (gin_pending_list_limit = 128);
      create index shipment_reference on shipment (reference_key);
      create index shipment_reference_part on shipment using gin (reference_key public.gin_trgm_ops)
        with (gin_pending_list_limit = 128);
      create index shipment_vehicle on shipment (vehicle_id) where vehicle_id is not null;
      alter table known_organization add column search tsvector;
      create index known_organization_search on known_organization using gin (search) with (gin_pending_list_limit = 128);
      create table known_vehicle (vehicle_id uuid primary key, search tsvector not null);
      create index known_vehicle_search on known_vehicle using gin (search) with (gin_pending_list_limit = 128);
    `);
  }
}

function countryCode(country: string | null): string | null {
  return country === null ? null : textKey(country).toUpperCase();
}
