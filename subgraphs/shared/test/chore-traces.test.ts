import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '../../../gateway/testing/otlp-receiver.ts';
import { createLog } from '../runtime/log.ts';
import { lastStep } from '../runtime/tracing/current-work.ts';
import { openTracing } from '../runtime/tracing/open-tracing.ts';
import { noTracer, type Tracer } from '../runtime/tracing/tracer.ts';
import { ChoreTraces } from '../work/chore-traces.ts';

/** What a collector gets of upkeep jobs. */
let collector: OtlpReceiver;
let tracer: Tracer;
beforeAll(async () => {
  collector = await startOtlpReceiver();
  tracer = await openTracing(collector.tracing, 'risk', createLog('risk', 'silent'));
});
afterAll(async () => {
  await tracer.close();
  await collector.close();
});

test('one run a minute is recorded with its steps, and every failure', async () => {
  const traces = new ChoreTraces(tracer);
  const work = () => lastStep('delete', async () => {});
  await traces.run('purge', work);
  await traces.run('purge', work);
  await expect(traces.run('purge', () => Promise.reject(new TypeError('gone')))).rejects.toThrow('gone');
  await traces.run('seal', work);
  const spans = await collector.until(({ name }) => name === 'chore seal');
  const [purge, failed] = spans.filter(({ name }) => name === 'chore purge');
  const seal = spans.find(({ name }) => name === 'chore seal');
  expect([purge, failed, seal]).toMatchObject([
    { parentId: undefined, hasFailed: false },
    { parentId: undefined, hasFailed: true, attributes: { 'error.type': 'TypeError' } },
    { parentId: undefined, hasFailed: false },
  ]);
  const steps = spans.filter(({ name }) => name === 'delete');
  expect(steps.map(({ parentId }) => parentId)).toEqual([purge?.spanId, seal?.spanId]);
  expect(spans).toHaveLength(5);
});

test('without a collector a chore runs as before', async () => {
  const traces = new ChoreTraces(noTracer);
  let runs = 0;
  for (const _ of [1, 2]) await traces.run('purge', async () => void runs++);
  expect(runs).toBe(2);
});
