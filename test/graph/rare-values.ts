import { query } from '#shared/database/query.ts';
import { raw, sql } from '#shared/database/sql.ts';
import type { TestGraph } from './graph.ts';

const moment = `'2026-03-01T12:00:00Z'`;
const someone = `'01975e16-37f8-7623-9582-a9c1db163500'`;
const newId = 'gen_random_uuid()';

/** Statements that store values of columns for which the demo world has none, so that each field has a value somewhere. */
const statements: Readonly<Record<string, readonly string[]>> = {
  access: [
    `insert into audit.entry
       (id, at, subgraph, action, actor_id, api_key_id, target_kind, target_id, changes, request_id, client_request_id, client_address)
       select ${newId}, ${moment}, 'access', 'ACCOUNT_ROLES_CHANGED', id, (select id from api_key limit 1), 'Account', id,
         '[{"field": "roles", "before": "ADMIN", "after": "ANALYST"}]', 'request', 'client', '192.0.2.1' from account limit 9`,
    `insert into audit.response (request_id, sha256, status, at) values ('request', '${'0'.repeat(64)}', 200, ${moment})`,
    `insert into audit.link (sequence, kind, record_id, record_hash, previous_hash, hash)
       select coalesce((select max(sequence) from audit.link), 0) + row_number() over (), 'entry', id, 'r', 'p', id from audit.entry
         where request_id = 'request' on conflict do nothing`,
    `insert into audit.refusal (id, minute, caller, code, count, operation, document_id, request_id)
       select ${newId}, ${moment}, 'account ' || id, 'FORBIDDEN', 3, 'Name', 'document', 'request' from account limit 3`,
    `insert into audit.refusal (id, minute, caller, code, count, operation, document_id, request_id)
       select ${newId}, ${moment}, 'key ' || id, 'RATE_LIMITED', 3, 'Name', 'document', 'request' from api_key limit 3`,
    `insert into usage_day (day, owner_id, points, requests, refusals) select current_date, id, 10, 2, 1 from organization`,
    `update api_key set allowed_networks = '{192.0.2.0/24}', expires_at = ${moment}, last_used_at = ${moment}, grace_until = ${moment}`,
  ],
  shipments: [
    `update shipment set imported = true, cancelled_at = ${moment}, cancel_reason = 'Sold' where status = 'CANCELLED'`,
    `insert into shipment_import (shipment_id, source, source_reference, file, line, imported_at, mode, freight_cost_cents,
         freight_cost_currency, freight_cost_note, weight_note, inco_term, vendor, fingerprint, original_row)
       select id, 'ERP', id, 'orders.csv', 7, ${moment}, 'TRUCK', 1250, 'USD', 'freight', 'weight', 'FOB', 'Acme', 'f', '[["A", "b"]]'
         from shipment where imported`,
    `insert into shipment_change (id, shipment_id, version, changed_at, account_id, fields)
       select ${newId}, id, version, ${moment}, ${someone}, '[{"field": "notes", "before": "old", "after": "new"}]' from shipment`,
    `update stop set postal_code = '60601'`,
    `update shipment_event set note = 'Gate 4'`,
    `update shipment_comment set internal = true where get_byte(uuid_send(id), 15) % 2 = 0`,
    `update proof_of_delivery set photo_reference = 'photo-1'`,
  ],
  fleet: [
    `update assignment set state = 'RELEASED', completed_at = null, on_time = null, released_at = ${moment}, release_reason = 'Sold'
       where id in (select id from assignment where state = 'COMPLETED' order by starts_at desc limit 2)`,
    `insert into incident (id, driver_id, vehicle_id, shipment_id, kind, severity, description, occurred_at, reported_at)
       select ${newId}, a.driver_id, a.vehicle_id, a.shipment_id, 'SPEEDING', 'LOW', 'Too fast', ${moment}, ${moment} from assignment a`,
    `update reward_entry set amount_cents = 500`,
  ],
  tracking: [
    `update vehicle_position set sequence = 3`,
    `insert into geofence_event (id, geofence_id, geofence_name, vehicle_id, driver_id, kind, occurred_at, latitude, longitude)
       select ${newId}, g.id, g.name, ${someone}, ${someone}, 'ENTER', ${moment}, 41.5, -87.5 from geofence g`,
  ],
  pricing: [
    `update invoice i set quote_id = (select q.id from quote q where q.shipment_id = i.shipment_id limit 1)`,
    `update quote set accepted_at = null, expires_at = ${moment} where get_byte(uuid_send(id), 15) % 2 = 0`,
    `update payment set recorded_by = ${someone}`,
  ],
  risk: [
    `insert into review_case
         (id, shipment_id, organization_id, assessment_id, status, opened_at, decision, reason, decided_by, closed_at, version)
       select ${newId}, a.shipment_id, a.organization_id, a.id, 'DECIDED', ${moment}, 'REJECT', 'A known name', ${someone}, ${moment}, 2
         from assessment a where a.current`,
    `update watchlist_entry set added_by = ${someone}, removed_by = ${someone}, removed_at = ${moment}, removal_reason = 'Cleared'`,
  ],
};

export async function storeRareValues({ product }: TestGraph): Promise<void> {
  for (const { subgraph, services } of product.subgraphs) {
    for (const statement of statements[subgraph.name] ?? []) {
      await query(services.database.fork(), sql`${raw(statement)}`);
    }
  }
}
