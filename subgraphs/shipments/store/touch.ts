import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { announceChange } from './steps.ts';

/**
 * Marks a shipment as updated by something that belongs to it but is no part of its version: a comment, a rating, a quote,
 * an invoice, a payment. Watchers and mirrors learn of it.
 */
export async function touchShipment({ em, announce }: Transaction, shipmentId: string, at: Date): Promise<void> {
  const [touched] = await query<{ version: number }>(
    em,
    sql`update shipment set updated_at = greatest(updated_at, ${at}) where id = ${shipmentId} returning version`,
  );
  if (touched) announceChange(announce, { id: shipmentId, version: touched.version });
}
