import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTransact } from '#shared/database/transaction.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import { createTextSealer } from '#shared/identity/sealed-text.ts';
import { newId } from '#shared/ids.ts';
import { emailPurpose } from '#shared/input/email-key.ts';
import { openSubgraph } from '#shared/server.ts';
import { cipher, createTestDatabase, type TestDatabase } from '#shared/test/harness.ts';
import { sampleSubgraph } from '#shared/test/sample.ts';
import { AccountEntity, AuditEntryEntity } from '../entities.ts';
import { createReactions } from '../events.ts';
import { createMails } from '../store/mails.ts';
import { type AccessUnderTest, fieldKeys, givenAccount, givenAdministrator, startAccess } from './access.ts';

let database: TestDatabase;
let access: AccessUnderTest;
beforeAll(async () => {
  database = await createTestDatabase();
  access = await startAccess({ database });
});
afterAll(async () => {
  await access.close();
  await database.drop();
});

test('new organizations, tiers, names and accounts are each emitted once', async () => {
  const heard: unknown[] = [];
  const hears: Reactions = {
    'organization.changed': async (_transaction, { name, tier }) => void heard.push([name, tier]),
    'account.registered': async (_transaction, payload) =>
      void heard.push(['account', payload.emailIndex, payload.email]),
  };
  const neighbour = await openSubgraph(sampleSubgraph('risk', hears), {
    databaseUrl: database.urlFor('risk'),
    live: access.live,
    log: access.services.log,
  });
  try {
    const admin = await givenAdministrator(access, 'admin@heard.test');
    const input = { idempotencyKey: newId(), name: 'Heard Of' };
    const create =
      'mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } } }';
    const { data } = await access.ask<{ createOrganization: { organization: { id: string } } }>(admin, create, {
      input,
    });
    await access.ask(admin, create, { input });
    const organizationId = data!.createOrganization.organization.id;
    await access.ask(
      admin,
      'mutation($id: ID!) { changeOrganizationTier(input: { organizationId: $id, tier: PREMIUM, expectedVersion: 1 }) { userErrors { code } } }',
      { id: organizationId },
    );
    const renaming = { organizationId, expectedVersion: 2, idempotencyKey: newId(), name: 'Heard Again' };
    const rename =
      'mutation($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { userErrors { code } } }';
    await access.ask(admin, rename, { input: renaming });
    await access.ask(admin, rename, { input: renaming });
    await access.ask(
      admin,
      'mutation($input: RegisterAccountInput!) { registerAccount(input: $input) { userErrors { code } } }',
      { input: { idempotencyKey: newId(), email: 'a@heard.test', name: 'A', roles: ['PARTNER'], organizationId } },
    );
    await neighbour.services.jobs.drain();
    expect(heard.toSorted()).toEqual([
      ['Heard Again', 'PREMIUM'],
      ['Heard Of', 'PREMIUM'],
      ['Heard Of', 'STANDARD'],
      ['account', cipher.indexOf('a@heard.test', emailPurpose), undefined],
    ]);
  } finally {
    await neighbour.close();
  }
});

describe('driver.changed', () => {
  const react = createReactions(createMails(createTextSealer(fieldKeys), null))['driver.changed'];
  const driverOf = async (id: string) =>
    (await access.services.database.fork().findOneOrFail(AccountEntity, id)).driverId ?? null;
  const by = { actorId: newId(), requestId: 'gateway-1', clientRequestId: 'mine', clientAddress: '192.0.2.1' };
  const arrives = (driverId: string, accountId: string | null, active = true) => {
    const { database, jobs, live } = access.services;
    const at = new Date().toISOString();
    const payload = { driverId, accountId, active, name: 'D', hiredAt: at, at, by };
    return createTransact(
      database.fork(),
      jobs,
      live,
    )((transaction) => react!(transaction, payload, { eventId: newId(), name: 'driver.changed', payload }));
  };

  test('links account and driver, moves the link, and removes it with the driver', async () => {
    const [first, second] = await Promise.all(
      ['d1@demo.test', 'd2@demo.test'].map((email) => givenAccount(access, { email, roles: ['DRIVER'] })),
    );
    const driverId = newId();
    await arrives(driverId, first!);
    await arrives(driverId, first!);
    expect(await driverOf(first!)).toBe(driverId);
    await arrives(driverId, second!);
    expect([await driverOf(first!), await driverOf(second!)]).toEqual([null, driverId]);
    await arrives(driverId, second!, false);
    expect(await driverOf(second!)).toBeNull();
    await arrives(driverId, newId());
    const entries = await access.services.database.fork().find(AuditEntryEntity, { action: 'ACCOUNT_DRIVER_CHANGED' });
    expect(entries.map(({ targetId, changes }) => [targetId, changes[0]?.before, changes[0]?.after])).toEqual(
      expect.arrayContaining([
        [first, null, driverId],
        [first, driverId, null],
        [second, null, driverId],
        [second, driverId, null],
      ]),
    );
    expect(entries).toHaveLength(4);
    expect(entries[0]).toMatchObject(by);
  });
});
