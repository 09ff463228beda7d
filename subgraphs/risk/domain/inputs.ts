import { z } from 'zod';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid } from '#shared/ids.ts';
import { emailKey } from '#shared/input/email-key.ts';
import { expectedVersion, id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { withOldNames } from '#shared/input/old-names.ts';
import { line } from '#shared/input/text.ts';
import { nameKey } from './names.ts';
import { type WatchlistKind, watchlistKinds } from './vocabulary.ts';

const reason = line(5, 500);

export const decideReviewInput = withOldNames(
  z.object({
    idempotencyKey: idempotencyKey.nullish(),
    reviewCaseId: id,
    decision: z.enum(['APPROVE', 'REJECT']),
    reason,
    expectedVersion,
  }),
  { reviewCaseId: 'caseId' },
);
export type DecideReview = z.infer<typeof decideReviewInput>;

export const addWatchlistEntryInput = z.object({
  idempotencyKey,
  kind: z.enum(watchlistKinds),
  value: line(1, 254),
  reason,
});
export type AddWatchlistEntry = z.infer<typeof addWatchlistEntryInput>;

export const removeWatchlistEntryInput = withOldNames(z.object({ watchlistEntryId: id, reason }), {
  watchlistEntryId: 'id',
});
export type RemoveWatchlistEntry = z.infer<typeof removeWatchlistEntryInput>;

/** The key by which a watchlist entry is compared. Refusal: INVALID_INPUT if the value does not fit its kind. */
export function watchlistKey(kind: WatchlistKind, value: string): string {
  const key = keys[kind](value);
  if (key === undefined || key === '') {
    refuse('INVALID_INPUT', `"${value.slice(0, 80)}" is not ${expectedValues[kind]}.`, 'value');
  }
  return key;
}

/** The expected value of each kind, for refusals. */
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
