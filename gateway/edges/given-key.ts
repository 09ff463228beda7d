import { RequestRefusal } from '../errors/request-refusal.ts';

/** Header with the idempotency key of a mutation over HTTP. */
export const idempotencyKeyHeader = 'idempotency-key';

/**
 * Reads the idempotency key of an operation: from its header, or from its extensions over websockets and in a batch, where a header would belong to
 * all operations.
 * @throws RequestRefusal BAD_REQUEST if both are given and differ
 */
export function givenKey({ idempotencyKey }: Readonly<Record<string, unknown>>, header?: unknown): unknown {
  const key = idempotencyKey ?? undefined;
  if (header === undefined || key === undefined || key === header) return header ?? key;
  throw new RequestRefusal(
    'BAD_REQUEST',
    'The header Idempotency-Key and "extensions.idempotencyKey" differ. Send one of them.',
  );
}
