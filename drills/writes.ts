import { queryOnce } from './query-once.ts';

/** A record that a writer of a drill has made. */
export interface Write {
  readonly id: string;
  readonly reference: string;
  readonly createdAt: Date;
}

/** The records whose reference begins like this. @param databaseUrl of a role that reads shipments */
export function readWrites(databaseUrl: string, prefix: string): Promise<readonly Write[]> {
  return queryOnce<Write & Record<string, unknown>>(
    databaseUrl,
    `select id::text, customer_reference as reference, created_at as "createdAt"
      from shipments.shipment where starts_with(customer_reference, $1)`,
    [prefix],
  );
}
