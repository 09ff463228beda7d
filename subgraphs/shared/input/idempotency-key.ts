import { z } from 'zod';
import { refuse } from '../errors/errors.ts';

/** A key under which a mutation happens once, however often it is sent; the same form in every subgraph. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{8,64}$/, 'A key of 8 to 64 visible ASCII characters is required.');

/** A key where an input is not parsed by zod. Refusal: INVALID_INPUT. */
export function parseIdempotencyKey(key: string): string;
export function parseIdempotencyKey(key: string | null | undefined): string | null;
export function parseIdempotencyKey(key: string | null | undefined): string | null {
  if (key == null) return null;
  const parsed = idempotencyKey.safeParse(key);
  if (parsed.success) return parsed.data;
  return refuse('INVALID_INPUT', 'A key of 8 to 64 visible ASCII characters is required.', 'idempotencyKey');
}
