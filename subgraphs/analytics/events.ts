import type { Transaction } from '#shared/database/transaction.ts';
import { accountErased } from '#shared/events/forget-account.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import { type FactEventName, type FactPayload, factEventNames, toFacts } from './domain/facts.ts';
import { recordFacts } from './store/record.ts';

/** Analytics publishes nothing and counts the events that it receives. The inbox ensures that each event counts once. */
export const reactions: Reactions = {
  ...accountErased('analytics'),
  ...Object.fromEntries(
    factEventNames.map((name) => [
      name,
      ({ em }: Transaction, payload: FactPayload<FactEventName>) => recordFacts(em, toFacts(name, payload)),
    ]),
  ),
};
