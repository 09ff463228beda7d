import type { Log } from '#shared/runtime/log.ts';
import type { Chore } from '#shared/work/chore.ts';
import { sealRecords } from './audit-chain.ts';
import { closeRefusalCounts } from './refusals.ts';
import { withClient } from './statements.ts';

const anchorEveryMs = 60_000;

/**
 * Appends new records of the audit trail to its chain every second. Changes do not wait for it. Each minute it logs the head of
 * the chain: with it, `npm run audit` finds that the end of the trail was removed.
 */
export function createAuditSealer(): Chore {
  let anchoredAt = Number.NEGATIVE_INFINITY;
  return {
    name: 'sealAuditTrail',
    everyMs: 1_000,
    async run(em, log: Log) {
      const head = await withClient(em, async (client) => {
        await closeRefusalCounts(client);
        return sealRecords(client);
      });
      if (!head || performance.now() - anchoredAt < anchorEveryMs) return;
      anchoredAt = performance.now();
      log.info({ sequence: head.sequence, hash: head.hash }, 'head of the audit trail');
    },
  };
}
