import { Migration } from '@mikro-orm/migrations';
import { fillColumns } from '#shared/database/fill-columns.ts';
import { referenceKey } from '#shared/input/text-key.ts';
import { keysOf, searchOf } from '../domain/search-keys.ts';

type Present = Parameters<typeof keysOf>[0] &
  Parameters<typeof searchOf>[0] & { readonly customerReference: string | null };

/**
 * Makes the keys of texts anew. They now keep vowels and voicing of scripts in which these are marks, and drop invisible
 * characters and apostrophes. Words of
 * customers and vehicles come anew with their events.
 */
export class RemakeKeys extends Migration {
  async up(): Promise<void> {
    await fillColumns<Present>(this, {
      table: 'shipment',
      reads: `reference, customer_reference as "customerReference", notes, goods, origin_city as "originCity",
        origin_region as "originRegion", destination_city as "destinationCity", destination_region as "destinationRegion",
        (select coalesce(json_agg(json_build_object('hubCode', hub_code, 'contactName', contact_name, 'street', street,
          'city', city, 'region', region, 'postalCode', postal_code, 'country', country) order by sequence), '[]')
          from stop where shipment_id = shipment.id) as stops`,
      writes: [
        'search',
        'reference_key',
        'customer_reference_key',
        'origin_city_key',
        'origin_region_key',
        'destination_city_key',
        'destination_region_key',
      ],
      toValues: (row) => {
        const keys = keysOf(row);
        return {
          search: searchOf(row),
          reference_key: keys.referenceKey,
          customer_reference_key: row.customerReference === null ? null : referenceKey(row.customerReference),
          origin_city_key: keys.originCityKey,
          origin_region_key: keys.originRegionKey,
          destination_city_key: keys.destinationCityKey,
          destination_region_key: keys.destinationRegionKey,
        };
      },
    });
  }
}
