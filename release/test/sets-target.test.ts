import { expect, test } from '@jest/globals';
import type { SendToGateway } from '../gateway-reading.ts';
import { planRelease } from '../plan.ts';
import { runRelease } from '../run-release.ts';
import { setsTarget } from '../sets-target.ts';

const done = async () => undefined;
const sets = { migrate: done, startNext: done, replace: done, stopNext: done };

/** Two gateways of a next set that respond as long as they are not frozen. Each reading finds more requests. */
function nextSet(release = '1.2.0+4f9a') {
  const frozen = { health: false, metrics: false };
  let requests = 0;
  const send: SendToGateway = async (gateway, _port, path) => {
    if (path === '/health/ready' ? frozen.health : frozen.metrics) throw new Error('The operation was aborted');
    if (path === '/health/ready') return { status: 200, text: '{"status":"up"}' };
    if (path === '/graphql') return { status: 200, text: '{"data":{"__typename":"Query"}}' };
    if (gateway === 'next-gateway-1') requests += 100;
    const metrics = [
      `gateway_build_info{release="${release}"} 1`,
      `gateway_request_outcomes_total{outcome="ok"} ${requests}`,
    ];
    return { status: 200, text: metrics.join('\n') };
  };
  const claim = async () => ({ left: undefined, note: done, [Symbol.asyncDispose]: done });
  const target = setsTarget({ sets, edge: { direct: done, up: done }, send, claim });
  return { frozen, target };
}

test('a reading has the counters of every gateway', async () => {
  const { target } = nextSet();
  const counters = { requests: 100, failed: 0, within: new Map() };
  expect(await target.observe()).toEqual({
    kind: 'counters',
    at: expect.any(Number),
    gateways: new Map([
      ['next-gateway-1', counters],
      ['next-gateway-2', counters],
    ]),
  });
});

test.each<['health' | 'metrics', RegExp]>([
  ['health', /^A health check fails: next-gateway-1 does not respond \(The operation was aborted\)\.$/],
  ['metrics', /^The figures of next-gateway-[12] cannot be read: The operation was aborted$/],
])('when gateways do not respond with their %s, the reading is a fault without counters', async (what, reason) => {
  const { target, frozen } = nextSet();
  await target.observe();
  frozen[what] = true;
  expect(await target.observe()).toEqual({
    kind: 'fault',
    at: expect.any(Number),
    reason: expect.stringMatching(reason),
  });
});

test.each(['health', 'metrics'] as const)(
  'a version that stops to respond with its %s after the last step is rolled back',
  async (what) => {
    const { target, frozen } = nextSet();
    const say = (line: string) => {
      if (line.startsWith('Watching')) frozen[what] = true;
    };
    const plan = planRelease(0, 60_000);
    const { outcome, reason, steps } = await runRelease(target, { version: '1.2.0', plan, pollMs: 0, say });
    expect({ outcome, reason }).toEqual({
      outcome: 'rolledBack',
      reason: expect.stringContaining('The operation was aborted'),
    });
    expect(steps.at(-1)).toMatchObject({ share: { percent: 100 }, requests: 0 });
  },
);

test.each([
  ['0.1.0', /^next-gateway-1 runs 0\.1\.0\. Use an image that was built with VERSION=1\.2\.0, or a folder whose/],
  ['1.2.01', /^next-gateway-1 runs 1\.2\.01\./],
])('gateways that report the release %s are not released as 1.2.0', async (release, reason) => {
  const { target } = nextSet(release);
  const options = { version: '1.2.0', plan: planRelease(0, 0), pollMs: 0, say: () => undefined };
  const report = await runRelease(target, options);
  expect(report).toMatchObject({ outcome: 'rolledBack', reason: expect.stringMatching(reason), steps: [] });
});

test('a version that is released runs on every gateway', async () => {
  const { target } = nextSet();
  await target.smoke('1.2.0');
  await target.promote('1.2.0');
  await expect(target.promote('1.3.0')).rejects.toThrow(/^gateway-1 runs 1\.2\.0\+4f9a\./);
});
