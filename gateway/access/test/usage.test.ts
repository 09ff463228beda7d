import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type AccountIdentity, anonymous, scopesOf } from '#shared/identity/identity.ts';
import { Usage, type UsageReport } from '../budget/usage.ts';

const organizationId = '0190a6e0-0000-7000-8000-000000000009';
const partner: AccountIdentity = {
  ...{
    kind: 'account',
    accountId: '1',
    organizationId,
    driverId: null,
    credential: { kind: 'session', needsCode: false },
  },
  ...{ roles: ['PARTNER'], tier: 'FREE', scopes: scopesOf(['PARTNER']) },
};
const silent = pino({ level: 'silent' });

test('usage is added up by owner, key and document, and reported once', async () => {
  const reports: UsageReport[] = [];
  const usage = new Usage(async (report) => void reports.push(report), silent);
  usage.count(partner, 'document', { points: 5 });
  usage.count(partner, 'document', { requests: 1 });
  usage.count({ ...partner, credential: { kind: 'apiKey', id: 'key' } }, null, { requests: 1, refusals: 1 });
  usage.count({ ...partner, roles: ['ADMIN'] }, null, { requests: 1 });
  usage.count(anonymous, null, { requests: 1 });
  await usage.stop();
  await usage.report();
  expect(reports).toHaveLength(1);
  expect(reports[0]?.sums.map(({ day: _today, ...sum }) => sum)).toEqual([
    { ownerId: organizationId, apiKeyId: null, documentId: 'document', points: 5, requests: 1, refusals: 0 },
    { ownerId: organizationId, apiKeyId: 'key', documentId: null, points: 0, requests: 1, refusals: 1 },
    { ownerId: '1', apiKeyId: null, documentId: null, points: 0, requests: 1, refusals: 0 },
  ]);
});

test('a report that fails is sent again as it was, before the next one', async () => {
  const reports: UsageReport[] = [];
  let isAway = true;
  const usage = new Usage(async (report) => {
    reports.push(report);
    if (isAway) throw new Error('connect ECONNREFUSED');
  }, silent);
  usage.count(partner, null, { points: 5 });
  await usage.report();
  usage.count(partner, null, { points: 7 });
  await usage.report();
  isAway = false;
  await usage.stop();
  const sent = reports.map(({ sequence, sums }) => [sequence, sums[0]?.points]);
  expect(sent).toEqual([
    [1, 5],
    [1, 5],
    [1, 5],
    [2, 7],
  ]);
  expect(new Set(reports.map(({ gatewayId }) => gatewayId)).size).toBe(1);
});

test('thousands of documents and keys are added up together', async () => {
  const reports: UsageReport[] = [];
  const usage = new Usage(async (report) => void reports.push(report), silent);
  for (let number = 0; number < 30_000; number++) usage.count(partner, String(number), { requests: 1 });
  await usage.stop();
  const sums = reports[0]?.sums ?? [];
  expect(sums.length).toBeLessThanOrEqual(20_001);
  expect(sums.reduce((all, { requests }) => all + requests, 0)).toBe(30_000);
});
