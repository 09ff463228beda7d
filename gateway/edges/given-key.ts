/** Header with the idempotency key of a mutation over HTTP. */
export const idempotencyKeyHeader = 'idempotency-key';

/** Reads the idempotency key that an operation has in its extensions: over websockets, and in a batch, where a header would belong to all operations. */
export function givenKey({ idempotencyKey }: Readonly<Record<string, unknown>>): unknown {
  return idempotencyKey ?? undefined;
}
