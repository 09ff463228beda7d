import { z } from 'zod';
import { refuse } from '../errors/errors.ts';

const wrongForm = 'Must be 8 to 64 visible ASCII characters.';

/** A key with which a mutation makes its change once, however often it is sent. All subgraphs accept the same keys. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{8,64}$/, wrongForm);

/** Parses the key of an input that zod does not parse. @throws Refusal INVALID_INPUT */
export function parseIdempotencyKey(key: string): string;
export function parseIdempotencyKey(key: string | null | undefined): string | null;
export function parseIdempotencyKey(key: string | null | undefined): string | null {
  if (key == null) return null;
  const parsed = idempotencyKey.safeParse(key);
  if (parsed.success) return parsed.data;
  return refuse('INVALID_INPUT', wrongForm, 'idempotencyKey');
}
