import { expect, test } from '@jest/globals';
import { createLog } from '#shared/runtime/log.ts';
import { openTracing } from '#shared/runtime/tracing/open-tracing.ts';
import { AccessSnapshots } from '../access/callers/access-snapshots.ts';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';

test('of the reads of the access snapshot, the first failure in a row is a trace, and no success', async () => {
  const collector = await startOtlpReceiver();
  const log = createLog('gateway', 'silent');
  const tracer = await openTracing(collector.tracing, 'gateway', log);
  let isAway = false;
  const snapshots = new AccessSnapshots({
    read: async () => {
      if (isAway) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      return undefined;
    },
    secrets: ['a secret of this test that is long enough'],
    ...{ intervalMs: 3_600_000, maxAgeMs: 3_600_000, log, tracer, onChange: () => {} },
  });
  await snapshots.refresh();
  isAway = true;
  await snapshots.refresh();
  await snapshots.refresh();
  await tracer.close();
  expect(collector.spans).toMatchObject([
    { name: 'read access snapshot', hasFailed: true, attributes: { 'error.type': 'ECONNREFUSED' } },
  ]);
  await collector.close();
});
