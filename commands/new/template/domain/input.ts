import { refuse } from '#shared/errors.ts';
import { parseIdempotencyKey } from '#shared/idempotency-key.ts';

export interface CreateSampleRecord {
  readonly idempotencyKey: string;
  readonly name: string;
}

/** What createSampleRecord accepts, beyond what the types of the SDL say. Refusal: INVALID_INPUT. */
export function parseCreateSampleRecord(input: CreateSampleRecord): CreateSampleRecord {
  const name = input.name.trim();
  if (name.length < 1 || name.length > 80 || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
    refuse('INVALID_INPUT', 'A name of 1 to 80 characters without control characters is required.', 'name');
  }
  return { idempotencyKey: parseIdempotencyKey(input.idempotencyKey), name };
}
