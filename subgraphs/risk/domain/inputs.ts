import { z } from 'zod';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid } from '#shared/ids.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { emailKey, nameKey } from './names.ts';
import { type WatchlistKind, watchlistKinds } from './vocabulary.ts';

/** What mutations accept, beyond what the SDL's types say. Control characters (NUL among them) fit nowhere. */
const clean = z.string().regex(/^\P{Cc}*$/u, 'Must not contain control characters.');
const reason = clean.trim().min(5, 'Must have at least 5 characters.').max(500, 'Must have at most 500 characters.');

export const decideReviewInput = z.object({
  caseId: z.string(),
  decision: z.enum(['APPROVE', 'REJECT']),
  reason,
  expectedVersion: z.int(),
});
export type DecideReview = z.infer<typeof decideReviewInput>;

export const addWatchlistEntryInput = z.object({
  idempotencyKey,
  kind: z.enum(watchlistKinds),
  value: clean.trim().min(1, 'Must not be empty.').max(254, 'Must have at most 254 characters.'),
  reason,
});
export type AddWatchlistEntry = z.infer<typeof addWatchlistEntryInput>;

export const removeWatchlistEntryInput = z.object({ id: z.string(), reason });
export type RemoveWatchlistEntry = z.infer<typeof removeWatchlistEntryInput>;

/** What a watchlist entry is compared by. Refusal: INVALID_INPUT where the value is none of its kind. */
export function watchlistKey(kind: WatchlistKind, value: string): string {
  const key = keys[kind](value);
  if (key === undefined || key === '') {
    refuse('INVALID_INPUT', `"${value.slice(0, 80)}" is not ${expectedValues[kind]}.`, 'value');
  }
  return key;
}

/** What an entry of a kind must hold, for the refusal of anything else. */
const expectedValues: Readonly<Record<WatchlistKind, string>> = {
  ORGANIZATION: 'the id of an organization',
  ACCOUNT: 'the id of an account',
  EMAIL: 'an e-mail address',
  NAME: 'a name with letters or digits',
};

const uuidKey = (value: string) => (isUuid(value) ? value.toLowerCase() : undefined);
const keys: Readonly<Record<WatchlistKind, (value: string) => string | undefined>> = {
  ORGANIZATION: uuidKey,
  ACCOUNT: uuidKey,
  EMAIL: (value) => (z.email().safeParse(emailKey(value)).success ? emailKey(value) : undefined),
  NAME: nameKey,
};
