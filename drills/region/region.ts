import { atMost, type Drill, ledgerBars } from '../drill.ts';
import { createBridge } from '../failover/machine.ts';
import { loseRegion } from './lose-region.ts';

/** The primary region is cut off, another one is promoted, and the former one comes back. */
export const regionDrill: Drill = {
  name: 'region',
  does: 'cuts off the primary of three regions and promotes another one, with and without synchronous standbys',
  async run(site) {
    createBridge();
    return [await loseRegion('asynchronous', 1, site), await loseRegion('synchronous', 11, site)];
  },
  bars: (cases) => [
    ...ledgerBars(cases.filter(({ name }) => name === 'synchronous')),
    ...cases.flatMap(
      ({ name, doubled, ledAwayMs = 0, promotedMs = 0, failedReads = 0, wrongPrimaryWrites = 0, ...one }) => [
        atMost(`${name}.ledAway`, ledAwayMs / 1_000, 30, 's'),
        atMost(`${name}.firstWriteAfterPromotion`, promotedMs / 1_000, 60, 's'),
        atMost(`${name}.failedReadsElsewhere`, failedReads, 0, 'reads'),
        atMost(`${name}.unanswered`, one.unanswered ?? 0, 0, 'writes'),
        atMost(`${name}.withoutRetryAfter`, one.withoutRetryAfter ?? 0, 0, 'responses'),
        atMost(`${name}.wrongPrimaryWrites`, wrongPrimaryWrites, 0, 'writes'),
        atMost(`${name}.doubled`, doubled, 0, 'writes'),
        atMost(`${name}.recoveryPoint`, (one.lossMs ?? 0) / 1_000, 1, 's'),
      ],
    ),
    ...cases.flatMap(({ name, ledBackMs, failedReadsLedBack = 0 }) =>
      ledBackMs === undefined
        ? []
        : [
            atMost(`${name}.ledBack`, ledBackMs / 1_000, 30, 's'),
            atMost(`${name}.failedReadsLedBack`, failedReadsLedBack, 0, 'reads'),
          ],
    ),
  ],
};
