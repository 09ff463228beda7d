import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { anonymous } from '#shared/identity/identity.ts';
import { createTextSealer } from '#shared/identity/sealed-text.ts';
import { startProcess } from '../../../gateway/testing/product-process.ts';
import { billingAddress, paymentTermsDays, vatId } from '../../../subgraphs/access/domain/billing-details.ts';
import { AccountEntity, OrganizationEntity } from '../../../subgraphs/access/entities.ts';
import {
  type AccessUnderTest,
  apiKeySecret,
  clientVerifier,
  fieldKeys,
  type SessionPayload,
  sessionFields,
  startAccess,
} from '../../../subgraphs/access/test/access.ts';
import { demoPassword } from '../../accounts.ts';
import { generateWorld } from '../../generate/generate.ts';
import { seedAlone } from '../../seeding/seed-alone.ts';
import { writeDemoFactors } from '../access/demo-factors.ts';

const size = { hubs: 8, organizations: 6, drivers: 8, vehicles: 8, shipments: 40, openPerStatus: 1, months: 3 };
const world = generateWorld({ seed: 7, now: new Date('2026-03-01T12:00:00Z'), size });

let access: AccessUnderTest;
beforeAll(async () => {
  access = await startAccess();
  await seedAlone(access, world);
});
afterAll(() => access.close());

test('every organization and account of the world is there', async () => {
  const em = access.services.database.fork();
  expect(await em.count(OrganizationEntity, {})).toBe(world.organizations.length);
  expect(await em.count(AccountEntity, {})).toBe(world.accounts.length);
});

test('every organization has billing details that its administrators could have entered', async () => {
  const organizations = await access.services.database.fork().find(OrganizationEntity, {});
  for (const organization of organizations) {
    expect(billingAddress.parse(organization.billingAddress)).toEqual(organization.billingAddress);
    expect(vatId.parse(organization.vatId)).toBe(organization.vatId);
    expect(paymentTermsDays.parse(organization.paymentTermsDays)).toBe(organization.paymentTermsDays);
  }
});

test.each([
  ['admin', 'ADMIN'],
  ['dispatcher', 'DISPATCHER'],
  ['driver', 'DRIVER'],
  ['customer', 'CUSTOMER'],
  ['partner', 'PARTNER'],
  ['analyst', 'ANALYST'],
])('%s@demo.test signs in as %s', async (name, role) => {
  const { data } = await access.ask<{ signIn: SessionPayload }>(
    anonymous,
    `mutation($input: SignInInput!) { signIn(input: $input) ${sessionFields} }`,
    { input: { email: `${name}@demo.test`, password: demoPassword } },
  );
  expect(await clientVerifier.verify(data!.signIn.accessToken!)).toMatchObject({
    roles: [role],
    driverId: role === 'DRIVER' ? world.demo.driverId : null,
  });
});

test('only the six demo accounts have a password', async () => {
  expect(await access.services.database.fork().count(AccountEntity, { passwordHash: { $ne: null } })).toBe(6);
});

test('refuses to seed known passwords in production', async () => {
  const before = { ...process.env };
  Object.assign(process.env, { NODE_ENV: 'production', DATABASE_ROLE_SECRET: 'long enough a secret' });
  try {
    await expect(seedAlone(access, world)).rejects.toThrow(/NODE_ENV/);
  } finally {
    process.env = before;
  }
});

test('with DEMO_SECOND_FACTOR=1 staff sign in with a code that a command prints, and others without one', async () => {
  await writeDemoFactors(access.services, createTextSealer(fieldKeys), apiKeySecret);
  // What is there stays as it is at the next start.
  await writeDemoFactors(access.services, createTextSealer(fieldKeys), apiKeySecret);
  const signIn = async (email: string) => {
    const query = `mutation($input: SignInInput!) { signIn(input: $input) { accessToken challenge { id } } }`;
    const input = { email, password: demoPassword };
    const { data } = await access.ask<{ signIn: { accessToken: string | null; challenge: { id: string } | null } }>(
      anonymous,
      query,
      { input },
    );
    return data!.signIn;
  };
  expect(await signIn('customer@demo.test')).toEqual({ accessToken: expect.any(String), challenge: null });
  const { challenge } = await signIn('admin@demo.test');

  const demo = (...words: string[]) =>
    startProcess(['commands/demo.ts', 'code', ...words], { API_KEY_SECRET: apiKeySecret });
  const printing = demo('admin@demo.test');
  expect(await printing.exitCode).toBe(0);
  const [code] = printing.lines;
  const answered = await access.ask<{ answerChallenge: SessionPayload }>(
    anonymous,
    `mutation($input: AnswerChallengeInput!) { answerChallenge(input: $input) ${sessionFields} }`,
    { input: { id: challenge?.id, code } },
  );
  expect(answered.data?.answerChallenge).toMatchObject({ viewer: { email: 'admin@demo.test' }, userErrors: [] });

  const other = demo('customer@demo.test');
  const inProduction = startProcess(['commands/demo.ts', 'code', 'admin@demo.test'], {
    NODE_ENV: 'production',
    API_KEY_SECRET: apiKeySecret,
  });
  expect(await Promise.all([other.exitCode, inProduction.exitCode])).toEqual([1, 1]);
  expect(other.lines).toEqual([
    'EMAIL needs one of admin@demo.test, dispatcher@demo.test, analyst@demo.test. Got "customer@demo.test".',
  ]);
  expect(inProduction.lines).toEqual(['NODE_ENV needs a value other than production, which has no demo data.']);
});
