import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { type Sql, sql } from '#shared/database/sql.ts';
import { toSearchVector } from '#shared/input/search-words.ts';
import { referenceKey } from '#shared/input/text-key.ts';

interface PlatedVehicle {
  readonly vehicleId: string;
  /** Absent in events of earlier releases. */
  readonly plate?: string | undefined;
}

/** Records the present plate of a vehicle, so that its shipments are found by it. */
export async function rememberVehicle(em: EntityManager, vehicle: PlatedVehicle): Promise<void> {
  await storeVehicle(em, vehicle, sql`do update set search = excluded.search`);
}

/** Records the plate of a vehicle of an assignment. Assignments may arrive late, so a known plate stays. */
export async function meetVehicle(em: EntityManager, vehicle: PlatedVehicle): Promise<void> {
  await storeVehicle(em, vehicle, sql`do nothing`);
}

/** The words by which the shipments of a vehicle are found: those of its plate, and the plate without blanks and dashes. */
export function plateVector(plate: string): string {
  return toSearchVector([plate, referenceKey(plate)]);
}

async function storeVehicle(em: EntityManager, { vehicleId, plate }: PlatedVehicle, onConflict: Sql): Promise<void> {
  if (plate === undefined) return;
  await query(
    em,
    sql`insert into known_vehicle (vehicle_id, search) values (${vehicleId}, ${plateVector(plate)}::tsvector)
      on conflict (vehicle_id) ${onConflict}`,
  );
}
