import { expect, test } from '@jest/globals';
import type { TestGraph } from '../graph.ts';

/** The tables with ids of accounts or drivers whose records are exported. */
const exported: Readonly<Record<string, string>> = {
  access: 'account session second_factor api_key trusted_document',
  shipments: 'shipment shipment_change shipment_event proof_of_delivery shipment_comment rating',
  fleet: 'driver shift assignment incident rating score_tally badge reward_account reward_entry',
  tracking: 'position_history geofence_event',
  pricing: 'quote payment',
  risk: 'booking review_case',
  analytics: 'driver_day driver_change driver_activity carriage',
};

/** Those whose records are not, and why. */
const leftOut: Readonly<Record<string, string>> = {
  '*.chore': 'ids of processes',
  '*.keyed_call': 'ids of records that other lists have, for 90 days',
  'access.accepted_supergraph': 'the audit trail has the decision',
  'access.document_appraisal': 'gone within a day; registered documents are exported',
  'access.idempotent_call': 'responses that the person got, for 24 hours',
  'access.password_reset': 'the hash of a secret, for 30 minutes',
  'access.recovery_code': 'hashes of secrets',
  'access.refusal_count': 'moves to the audit trail within minutes',
  'access.sign_in_challenge': 'an unfinished sign-in, for 5 minutes',
  'fleet.vehicle_place': 'a copy of the last position',
  'tracking.assignment': 'a copy of those of fleet',
  'tracking.driver': 'a copy of that of fleet',
  'tracking.driver_position': 'a copy of the last position',
  'tracking.vehicle_position': 'a copy of the last position',
  'risk.watchlist_entry': 'protects against fraud',
};

/** Tables that every subgraph has. */
const shared = ['chore', 'keyed_call'];

/** A new table with persons must be exported, or left out for a reason. */
export function exportedTables(given: () => TestGraph): void {
  test('every table with the id of an account or a driver is exported, or left out for a reason', async () => {
    const found = await Promise.all(
      given().product.subgraphs.map(async ({ subgraph: { name }, services }) => {
        const rows = await services.database.fork().execute<{ table: string }[]>(
          `select distinct c.relname as "table" from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and not a.attisdropped and (a.attname = 'caller' or a.atttypid = 'uuid'::regtype)
              and a.attname ~ '(^|_)(account_id|driver_id|actor_id)$|_by$|^caller$'`,
        );
        return rows.map(({ table }) => `${shared.includes(table) ? '*' : name}.${table}`);
      }),
    );
    // The id of the account or driver is that of the row.
    const ofPersons = [...found.flat(), 'access.account', 'fleet.driver'];
    const lists = Object.entries(exported).flatMap(([name, tables]) =>
      tables.split(' ').map((table) => `${name}.${table}`),
    );
    expect([...new Set(ofPersons)].sort()).toEqual([...lists, ...Object.keys(leftOut)].sort());
  });
}
