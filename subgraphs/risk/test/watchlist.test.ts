import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { renewIndexes } from '#shared/database/renew-indexes.ts';
import { createFieldCipher, type FieldCipher } from '#shared/identity/field-cipher.ts';
import { anonymous, type Identity } from '#shared/identity/identity.ts';
import type { SecretList } from '#shared/identity/key-settings.ts';
import { newId } from '#shared/ids.ts';
import { emailPurpose } from '#shared/input/email-key.ts';
import { fieldSecrets, somebody } from '#shared/test/harness.ts';
import { expectNamesToBeFound } from '#shared/test/typing.ts';
import { knownEmail, ReviewCaseEntity, watchedValue } from '../entities.ts';
import {
  type Booked,
  bookingOf,
  createReceiver,
  givenOldOrganization,
  givenReview,
  type Receiver,
  type RiskUnderTest,
  reviewer,
  startRisk,
} from './risk.ts';

let risk: RiskUnderTest;
let receiver: Receiver;
beforeAll(async () => {
  risk = await startRisk();
  receiver = createReceiver(risk);
});
afterAll(() => risk.close());

interface Payload {
  readonly entry: { id: string; kind: string; value: string; active: boolean; addedBy: { id: string } | null } | null;
  readonly reassessedShipments: number | null;
  readonly userErrors: readonly { code: string; field: string[] | null }[];
}
const fields =
  '{ entry { id kind value active addedBy { id } removalReason } reassessedShipments userErrors { code field message } }';
const addMutation = `mutation($input: AddWatchlistEntryInput!) { payload: addWatchlistEntry(input: $input) ${fields} }`;
const removeMutation = `mutation($input: RemoveWatchlistEntryInput!) { payload: removeWatchlistEntry(input: $input) ${fields} }`;

async function mutate(mutation: string, input: object, as: Identity = reviewer): Promise<Payload> {
  const { data, errors } = await risk.ask<{ payload: Payload }>(as, mutation, { input });
  expect(errors).toEqual([]);
  return data!.payload;
}
const add = (kind: string, value: string, given: object = {}) =>
  mutate(addMutation, { idempotencyKey: newId(), kind, value, reason: 'Collected under false papers', ...given });
const remove = (watchlistEntryId: string | undefined) =>
  mutate(removeMutation, { watchlistEntryId, reason: 'It was somebody else' });

async function riskOf({ shipmentId: id }: Booked) {
  const { data } = await risk.ask<{ _entities: [{ risk: { decision: string; score: number; trigger: string } }] }>(
    reviewer,
    `query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { risk {
      decision score trigger facts { watchlist { value } } } } } }`,
    { r: [{ __typename: 'Shipment', id }] },
  );
  return data!._entities[0].risk;
}

async function booked(given: Partial<Booked> = {}): Promise<Booked> {
  const booking = bookingOf({ organizationId: await givenOldOrganization(receiver, `Old ${newId()}`), ...given });
  await receiver.receive('shipment.booked', booking);
  return booking;
}

describe('a new entry blocks booked shipments, and its removal frees them', () => {
  test('by organization', async () => {
    const booking = await booked();
    const { entry, reassessedShipments } = await add('ORGANIZATION', booking.organizationId.toUpperCase());
    expect(reassessedShipments).toBe(1);
    expect(await riskOf(booking)).toMatchObject({ decision: 'BLOCK', score: 100, trigger: 'WATCHLIST_CHANGED' });
    expect(await remove(entry?.id)).toMatchObject({ entry: { active: false }, reassessedShipments: 1 });
    expect(await riskOf(booking)).toMatchObject({ decision: 'ALLOW' });
    expect(receiver.published.length).toBeGreaterThan(0);
  });

  test('by account', async () => {
    const booking = await booked();
    await add('ACCOUNT', booking.createdByAccountId);
    expect(await riskOf(booking)).toMatchObject({ decision: 'BLOCK' });
  });

  test('by e-mail address, in any case', async () => {
    const accountId = newId();
    const organizationId = await givenOldOrganization(receiver, 'With Mail');
    await receiver.receive('account.registered', {
      accountId,
      organizationId,
      email: 'Thief@Mail.test',
      createdAt: '2020-01-01T00:00:00.000Z',
    });
    const booking = await booked({ organizationId, createdByAccountId: accountId });
    await add('EMAIL', 'thief@MAIL.test');
    expect(await riskOf(booking)).toMatchObject({ decision: 'BLOCK' });
  });

  test('by the name of the organization or at a dock, in any spelling', async () => {
    const byName = await booked({
      organizationId: await givenOldOrganization(receiver, 'Óleander Shoal Trading, LLC'),
    });
    const atDock = await booked({ parties: ['Honest Warehouse', 'OLEANDER-SHOAL TRADING Inc.'] });
    const alike = await booked({ parties: ['Oleander Shoal'] });
    expect((await add('NAME', 'Oleander Shoal Trading')).reassessedShipments).toBe(2);
    expect(await riskOf(byName)).toMatchObject({ decision: 'BLOCK' });
    expect(await riskOf(atDock)).toMatchObject({ decision: 'BLOCK' });
    expect(await riskOf(alike)).toMatchObject({ decision: 'ALLOW' });
  });
});

test('a booking with a listed party is blocked', async () => {
  await add('NAME', 'Corvo Negro');
  const booking = await booked({ parties: ['Corvo Negro S.A. de C.V.'] });
  expect(await riskOf(booking)).toMatchObject({ decision: 'BLOCK', facts: { watchlist: [{ value: 'Corvo Negro' }] } });
});

test('an organization that takes a listed name is blocked from then on', async () => {
  await add('NAME', 'Renamed Rogues');
  const booking = await booked();
  const { organizationId } = booking;
  await receiver.receive('organization.changed', {
    organizationId,
    name: 'Renamed Rogues Ltd',
    tier: 'FREE',
    createdAt: '2020-01-01T00:00:00.000Z',
  });
  expect(await riskOf(booking)).toMatchObject({ decision: 'BLOCK', trigger: 'CUSTOMER_KNOWN' });
});

test('a shipment that was picked up is not blocked', async () => {
  const booking = await booked();
  const { shipmentId, organizationId } = booking;
  const at = '2026-03-02T00:00:00.000Z';
  await receiver.receive('shipment.pickedUp', { shipmentId, organizationId, driverId: null, vehicleId: null, at });
  expect((await add('ORGANIZATION', organizationId)).reassessedShipments).toBe(0);
  expect(await riskOf(booking)).toMatchObject({ decision: 'ALLOW' });
});

test('a shipment that matches two entries stays blocked after the removal of one', async () => {
  const booking = await booked({ parties: ['Double Trouble'] });
  const first = await add('NAME', 'Double Trouble');
  await add('ORGANIZATION', booking.organizationId);
  await remove(first.entry?.id);
  expect(await riskOf(booking)).toMatchObject({ decision: 'BLOCK', score: 100 });
});

test('an open review is withdrawn while the watchlist blocks, and is opened again afterwards', async () => {
  const booking = await givenReview(receiver);
  const { entry } = await add('ACCOUNT', booking.createdByAccountId);
  const cases = () =>
    risk.services.database
      .fork()
      .find(ReviewCaseEntity, { shipmentId: booking.shipmentId }, { orderBy: { openedAt: 'asc', id: 'asc' } });
  expect((await cases()).map(({ status }) => status)).toEqual(['WITHDRAWN']);
  await remove(entry?.id);
  expect((await cases()).map(({ status }) => status)).toEqual(['WITHDRAWN', 'OPEN']);
});

test('a booking and an entry at the same moment match, whichever is first', async () => {
  for (let round = 0; round < 5; round++) {
    const organizationId = newId();
    const booking = bookingOf({ organizationId });
    await Promise.all([receiver.receive('shipment.booked', booking), add('ORGANIZATION', organizationId)]);
    expect(await riskOf(booking)).toMatchObject({ decision: 'BLOCK' });
  }
});

describe('addWatchlistEntry', () => {
  test('returns the same entry for the same key, and refuses the key with another input', async () => {
    const idempotencyKey = newId();
    const first = await add('NAME', 'Same Request', { idempotencyKey });
    expect(first.entry).toMatchObject({ active: true, addedBy: { id: reviewer.accountId } });
    expect((await add('NAME', 'Same Request', { idempotencyKey })).entry).toEqual(first.entry);
    expect(await add('NAME', 'Other Request', { idempotencyKey })).toMatchObject({
      entry: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }],
    });
  });

  test('refuses a value that is already listed, even if both requests come at once', async () => {
    const results = await Promise.all([add('NAME', 'At Once Inc'), add('NAME', 'AT ONCE')]);
    expect(results.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['ALREADY_LISTED']);
  });

  test('accepts a value that was removed before', async () => {
    const first = await add('NAME', 'Back Again');
    await remove(first.entry?.id);
    expect((await add('NAME', 'Back Again')).userErrors).toEqual([]);
  });

  test.each([
    ['value', 'ORGANIZATION', 'no-uuid', {}],
    ['value', 'EMAIL', 'no address', {}],
    ['value', 'NAME', '...', {}],
    ['value', 'NAME', 'nul\0', {}],
    ['value', 'NAME', 'x'.repeat(10_000), {}],
    ['reason', 'NAME', 'Fine', { reason: '' }],
    ['idempotencyKey', 'NAME', 'Fine', { idempotencyKey: 'short' }],
  ])('refuses an invalid %s (%#)', async (field, kind, value, given) => {
    expect(await add(kind, value, given)).toMatchObject({
      entry: null,
      userErrors: [{ code: 'INVALID_INPUT', field: [field] }],
    });
  });

  test('stores an SQL injection as plain text', async () => {
    const value = "x'); drop table watchlist_entry; --";
    expect((await add('NAME', value)).entry?.value).toBe(value);
  });
});

test.each([newId(), 'no-uuid', 'nul\0'])('removing an unknown entry is refused (%#)', async (id) => {
  expect(await remove(id)).toMatchObject({ entry: null, userErrors: [{ code: 'NOT_FOUND' }] });
});

test('the deprecated id of the entry still names it', async () => {
  const { entry } = await add('NAME', 'Named By Id');
  const old = { id: entry?.id, reason: 'It was somebody else' };
  expect(await mutate(removeMutation, { ...old, watchlistEntryId: newId() })).toMatchObject({
    entry: null,
    userErrors: [{ code: 'INVALID_INPUT', field: ['id'] }],
  });
  expect(await mutate(removeMutation, old)).toMatchObject({ entry: { active: false }, userErrors: [] });
});

test('removing twice changes nothing', async () => {
  const { entry } = await add('NAME', 'Removed Twice');
  const first = await remove(entry?.id);
  expect(await remove(entry?.id)).toEqual(first);
});

test('adding and removing require the scope risk:review', async () => {
  const input = { idempotencyKey: newId(), kind: 'NAME', value: 'Not Allowed', reason: 'Because I say so' };
  for (const as of [anonymous, somebody(['ANALYST']), somebody(['CUSTOMER'])]) {
    const code = as.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
    expect((await risk.ask(as, addMutation, { input })).errors).toMatchObject([{ extensions: { code } }]);
    const removal = { input: { watchlistEntryId: newId(), reason: 'Because I say so' } };
    expect((await risk.ask(as, removeMutation, removal)).errors).toMatchObject([{ extensions: { code } }]);
  }
});

test('a removal can be repeated, but its reason cannot change', async () => {
  const { entry } = await add('NAME', 'Removed Twice');
  const watchlistEntryId = entry?.id;
  await remove(watchlistEntryId);
  expect(await remove(watchlistEntryId)).toMatchObject({ entry: { active: false }, userErrors: [] });
  const other = await mutate(removeMutation, { watchlistEntryId, reason: 'The papers were right' });
  expect(other).toMatchObject({ entry: null, userErrors: [{ code: 'INVALID_STATE', field: ['watchlistEntryId'] }] });
  expect(await remove(watchlistEntryId)).toMatchObject({ entry: { removalReason: 'It was somebody else' } });
});

test('the list shows active entries by default, and finds entries by part of the value', async () => {
  const kept = await add('NAME', 'Listed 100% Bad');
  const gone = await add('NAME', 'Listed But Gone');
  await remove(gone.entry?.id);
  const query =
    'query($filter: WatchlistFilter) { watchlist(filter: $filter, first: 100) { totalCount nodes { value active } } }';
  const values = async (variables: Record<string, unknown>) =>
    (
      await risk.ask<{ watchlist: { nodes: { value: string }[] } }>(reviewer, query, variables)
    ).data!.watchlist.nodes.map(({ value }) => value);
  const holding = await values({});
  expect(holding).toContain(kept.entry?.value);
  expect(holding).not.toContain('Listed But Gone');
  expect(await values({ filter: { search: 'listed 100%' } })).toEqual(['Listed 100% Bad']);
  for (const filter of [{ kinds: ['NAME', 'EMAIL'] }, { kind: 'NAME' }]) // `kind` is deprecated
    expect(await values({ filter: { ...filter, search: 'listed 100%' } })).toEqual(['Listed 100% Bad']);
  for (const kinds of [['EMAIL'], []]) expect(await values({ filter: { kinds, search: 'listed 100%' } })).toEqual([]);
  expect(await values({ filter: { search: 'listed but', active: false } })).toEqual(['Listed But Gone']);
  await add('NAME', 'Spedycja Łódź Öl');
  for (const search of ['ŁÓDŹ', 'lodz', 'Lo\u0301dz\u0301', 'ÖL łódź']) {
    expect(await values({ filter: { search } })).toEqual(['Spedycja Łódź Öl']);
  }
  const { errors } = await risk.ask(reviewer, query, { filter: { search: 'x\0' } });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('whatever name somebody writes, the same name as others type it finds the entry', () =>
  expectNamesToBeFound(
    async (value) => (await add('NAME', value)).entry!.id,
    async (search) => {
      const query = 'query($search: String!) { watchlist(filter: { search: $search }) { nodes { id } } }';
      const { data } = await risk.ask<{ watchlist: { nodes: { id: string }[] } }>(reviewer, query, { search });
      return data!.watchlist.nodes.map(({ id }) => id);
    },
  ));

test('An entry and an account match while the key of their indexes rotates, whichever is under the new key', async () => {
  const newKey = '20261129120000:new blind index key of these tests';
  const { blindIndexKeys } = fieldSecrets;
  const cipherOf = (...keys: SecretList) => createFieldCipher({ ...fieldSecrets, blindIndexKeys: keys });
  const [older, newer] = [cipherOf(...blindIndexKeys), cipherOf(newKey, ...blindIndexKeys)];
  const rotating = await startRisk({ cipher: newer });
  try {
    const { receive } = createReceiver(rotating);
    const em = rotating.services.database.fork();
    const decisionOf = async (email: string, account: FieldCipher, entry: FieldCipher) => {
      const [organizationId, accountId] = [newId(), newId()];
      const createdAt = '2020-01-01T00:00:00.000Z';
      await receive('account.registered', {
        accountId,
        organizationId,
        emailIndex: account.indexOf(email, emailPurpose),
        createdAt,
      });
      await em.execute(
        `insert into watchlist_entry (id, kind, value, value_key, search_key, reason, added_by, added_at)
          values (?, 'EMAIL', ?, ?, '', 'Stolen', ?, now())`,
        [newId(), newer.seal(email, watchedValue.place), entry.indexOf(email, emailPurpose), newId()],
      );
      const booking = bookingOf({ organizationId, createdByAccountId: accountId });
      await receive('shipment.booked', booking);
      const [row] = await em.execute<{ decision: string }[]>(
        'select decision from assessment where shipment_id = ? and current',
        [booking.shipmentId],
      );
      return row?.decision;
    };
    expect(await decisionOf('both-old@mail.test', older, older)).toBe('BLOCK');
    expect(await decisionOf('old-account@mail.test', older, newer)).toBe('BLOCK');
    expect(await decisionOf('old-entry@mail.test', newer, older)).toBe('BLOCK');
    expect(await decisionOf('both-new@mail.test', newer, newer)).toBe('BLOCK');
    for (const column of [knownEmail, watchedValue])
      expect(await renewIndexes(rotating.services.database, column)).toBe(2);
    for (const column of [knownEmail, watchedValue])
      expect(await renewIndexes(rotating.services.database, column)).toBe(0);
  } finally {
    await rotating.close();
  }
});
