import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { anonymous, gatewayItself, type Identity } from '#shared/identity/identity.ts';
import { rateLimitHeader, rateLimitText } from '#shared/identity/rate-limit.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { deleteOldUsage } from '../store/usage.ts';
import { type AccessUnderTest, givenAccount, givenOrganization, startAccess } from './access.ts';

const dayMs = 86_400_000;
const startOfDay = (daysAgo: number) =>
  new Date(Math.floor(Date.now() / dayMs) * dayMs - daysAgo * dayMs).toISOString();
const [document, other] = ['a'.repeat(64), 'b'.repeat(64)];

let access: AccessUnderTest;
let organizationId: string;
let partner: ReturnType<typeof somebody>;
beforeAll(async () => {
  access = await startAccess();
  organizationId = await givenOrganization(access, 'Usage and Sons');
  partner = await member(organizationId, ['PARTNER']);
});
afterAll(() => access.close());

async function member(organization: string | null, roles: Parameters<typeof somebody>[0]) {
  const email = `${newId()}@usage.test`;
  const accountId = await givenAccount(access, { email, roles, organizationId: organization });
  return somebody(roles, { accountId, organizationId: organization });
}

const sum = { apiKeyId: null, documentId: null, points: 0, requests: 1, refusals: 0 };

async function report(as: Identity, gatewayId: string, sequence: number, sums: readonly object[]) {
  const mutation = 'mutation($input: RecordUsageInput!) { recordUsage(input: $input) { userErrors { message } } }';
  const { data, errors } = await access.ask(as, mutation, { input: { gatewayId, sequence, sums } });
  return errors?.[0]?.extensions?.['code'] ?? data?.['recordUsage'];
}

async function usageOf(as: Identity, args: string): Promise<unknown> {
  const source = `{ viewer { usage${args} { day documentId points requests refusals } } }`;
  const { data, errors } = await access.ask<{ viewer: { usage: unknown } }>(as, source);
  return errors?.[0]?.message ?? data?.viewer.usage;
}

describe('the usage of an organization', () => {
  beforeAll(async () => {
    const gatewayId = newId();
    const owned = { ...sum, ownerId: organizationId };
    const sums = [
      { ...owned, day: startOfDay(0), documentId: document, points: 40, requests: 4 },
      { ...owned, day: startOfDay(0), documentId: other, points: 7, requests: 1 },
      { ...owned, day: startOfDay(0), apiKeyId: newId(), points: 1, requests: 3, refusals: 2 },
      { ...owned, day: startOfDay(5), documentId: document, points: 100, requests: 10 },
      { ...owned, day: startOfDay(200), documentId: document, points: 1_000 },
      { ...sum, ownerId: newId(), day: startOfDay(0), points: 5_000 },
    ];
    expect(await report(gatewayItself, gatewayId, 1, sums)).toEqual({ userErrors: [] });
    // The gateway has not seen the response, and repeats the report.
    expect(await report(gatewayItself, gatewayId, 1, sums)).toEqual({ userErrors: [] });
    const later = [{ ...owned, day: startOfDay(0), documentId: other, points: 3, requests: 1 }];
    expect(await report(gatewayItself, gatewayId, 2, later)).toEqual({ userErrors: [] });
  });

  test('is shown by day, the newest first', async () => {
    expect(await usageOf(partner, '')).toEqual([
      { day: startOfDay(0), documentId: null, points: 51, requests: 9, refusals: 2 },
      { day: startOfDay(5), documentId: null, points: 100, requests: 10, refusals: 0 },
    ]);
    expect(await usageOf(partner, '(days: 1)')).toHaveLength(1);
  });

  test('is shown by document, the dearest first, and of one document', async () => {
    expect(await usageOf(partner, '(by: DOCUMENT)')).toEqual([
      { day: null, documentId: document, points: 140, requests: 14, refusals: 0 },
      { day: null, documentId: other, points: 10, requests: 2, refusals: 0 },
      { day: null, documentId: null, points: 1, requests: 3, refusals: 2 },
    ]);
    expect(await usageOf(partner, `(document: "${other}")`)).toMatchObject([{ points: 10 }]);
  });

  test('is shown by API key, and of one key', async () => {
    expect(await usageOf(partner, '(by: KEY)')).toMatchObject([{ points: 150 }, { points: 1, refusals: 2 }]);
    expect(await usageOf(partner, `(key: "${newId()}")`)).toEqual([]);
    expect(await usageOf(partner, '(key: "none")')).toEqual([]);
  });

  test('needs a number of days that is kept', async () => {
    expect(await usageOf(partner, '(days: 93)')).toBe('"usage.days" must be at most 92.');
  });

  test('is seen by its members and by staff, and by nobody else', async () => {
    const source = 'query($id: ID!) { organization(id: $id) { usage(by: DOCUMENT) { points } } }';
    const seen = async (as: Identity) => (await access.ask(as, source, { id: organizationId })).data?.['organization'];
    const points = { usage: [{ points: 140 }, { points: 10 }, { points: 1 }] };
    expect(await seen(partner)).toEqual(points);
    expect(await seen(somebody(['ANALYST']))).toEqual(points);
    expect(await seen(somebody(['DRIVER']))).toEqual({ usage: null });
    expect(await seen(await member(await givenOrganization(access, 'Strangers'), ['PARTNER']))).toBeNull();
    expect(await usageOf(await member(null, ['ADMIN']), '')).toEqual([]);
  });

  test('is reported by gateways only', async () => {
    expect(await report(partner, newId(), 1, [])).toBe('FORBIDDEN');
    expect(await report(anonymous, newId(), 1, [])).toBe('FORBIDDEN');
  });

  test('is deleted when it is no longer shown', async () => {
    const em = access.services.database.fork();
    const days = () => query(em, sql`select distinct day from usage_day where owner_id = ${organizationId}`);
    expect(await days()).toHaveLength(3);
    await deleteOldUsage(em);
    expect(await days()).toHaveLength(2);
  });
});

describe('the rate limit', () => {
  const text = rateLimitText({ limit: 2_000, cost: 3, remaining: 1_997, used: 3, resetAt: new Date(60_000) });
  const fields = '{ limit cost remaining used resetAt }';

  test('is what the gateway states', async () => {
    const { data } = await access.ask(partner, `{ viewer { rateLimit ${fields} } }`, {}, { [rateLimitHeader]: text });
    const rateLimit = { limit: 2_000, cost: 3, remaining: 1_997, used: 3, resetAt: '1970-01-01T00:01:00.000Z' };
    expect(data).toEqual({ viewer: { rateLimit } });
  });

  test('is null without a statement, and for the account of another person', async () => {
    const source = `query($id: ID!) { viewer { rateLimit ${fields} } account(id: $id) { rateLimit ${fields} } }`;
    const colleague = await member(organizationId, ['CUSTOMER']);
    const { data } = await access.ask(partner, source, { id: colleague.accountId });
    expect(data).toEqual({ viewer: { rateLimit: null }, account: { rateLimit: null } });
    const stated = await access.ask(partner, source, { id: colleague.accountId }, { [rateLimitHeader]: text });
    expect(stated.data).toMatchObject({ viewer: { rateLimit: { limit: 2_000 } }, account: { rateLimit: null } });
  });
});
