import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import type { Role, Tier } from '#shared/vocabulary.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/**
 * For partners, customers, drivers and anonymous callers the elements tagged `internal` do not exist, and those of higher tiers neither. Here
 * `ledger` is internal, and `forecast` is for the tier PREMIUM and above.
 */

const dataDir = mkdtempSync(join(tmpdir(), 'freight-audiences-'));
const ledger = 'query Ledger { ledger { entries } }';
const names = 'query Names { people { name } }';
const idOf = (text: string) => hash('sha256', text, 'hex');
const manifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [ledger, names].map((body) => ({
    id: idOf(body),
    name: /\w+ (\w+)/.exec(body)![1],
    type: 'query',
    body,
  })),
};

let gateway: TestGateway;
beforeAll(async () => {
  for (const client of ['partner', 'website']) writeFileSync(join(dataDir, `${client}.json`), JSON.stringify(manifest));
  const policies = { partner: 'free', staff: 'free', app: 'free', anonymous: 'free' } as const;
  gateway = await startTestGateway({
    access: { kind: 'freight', dataDir },
    documents: { manifests: dataDir, policies },
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

async function as(role: Role | undefined, tier: Tier = 'FREE'): Promise<Record<string, string>> {
  if (!role) return {};
  const account: AccountIdentity = {
    ...{
      kind: 'account',
      accountId: '0190a6e0-0000-7000-8000-000000000001',
      driverId: null,
      credential: { kind: 'session', needsCode: false },
    },
    ...{ organizationId: '0190a6e0-0000-7000-8000-000000000002', roles: [role], scopes: scopesOf([role]), tier },
  };
  return { authorization: `Bearer ${await gateway.tokenFor(account, 600)}` };
}

const others = [undefined, 'PARTNER', 'CUSTOMER', 'DRIVER'] as const;

async function schemaOf(role: Role | undefined, tier?: Tier) {
  const { data } = await gateway.ask(getIntrospectionQuery(), {}, await as(role, tier));
  return buildClientSchema(data as IntrospectionQuery); // the response to its query
}

describe('introspection', () => {
  test('shows everything to staff', async () => {
    const schema = await schemaOf('DISPATCHER');
    expect(Object.keys(schema.getQueryType()!.getFields())).toEqual(expect.arrayContaining(['ledger', 'forecast']));
    expect(schema.getType('LedgerKind')).toBeDefined();
  });

  test.each(others)('shows neither internal fields nor types that only they use: %s', async (role) => {
    const schema = await schemaOf(role);
    const fields = Object.keys(schema.getQueryType()!.getFields());
    expect(fields).toContain('people');
    expect(fields).not.toContain('ledger');
    for (const name of ['Ledger', 'LedgerFilter', 'LedgerKind']) expect(schema.getType(name)).toBeUndefined();
    const named = await gateway.ask('{ __type(name: "Ledger") { name } }', {}, await as(role));
    expect(named.data).toEqual({ __type: null });
    const fromVariable = 'query T($name: String!) { __type(name: $name) { name } }';
    expect((await gateway.ask(fromVariable, { name: 'Ledger' }, await as(role))).data).toEqual({ __type: null });
    expect((await gateway.ask(fromVariable, { name: 'Ledger' }, await as('ADMIN'))).data.__type.name).toBe('Ledger');
  });

  test('shows the fields of a tier to that tier and those above', async () => {
    const seen = async (tier: Tier) => 'forecast' in (await schemaOf('PARTNER', tier)).getQueryType()!.getFields();
    expect([await seen('FREE'), await seen('STANDARD'), await seen('PREMIUM'), await seen('ENTERPRISE')]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('never shows the fields of federation', async () => {
    for (const role of ['ADMIN', ...others] as const) {
      const schema = await schemaOf(role);
      expect(schema.getQueryType()!.getFields()).not.toHaveProperty('_entities');
      expect(schema.getQueryType()!.getFields()).not.toHaveProperty('_service');
      expect(schema.getType('_Any')).toBeUndefined();
    }
  });
});

describe('a field that does not exist for the caller', () => {
  test.each(others)('has the same error as one that exists for nobody: %s', async (role) => {
    const headers = await as(role);
    const hidden = await gateway.ask('{ ledger { entries } }', {}, headers);
    const missing = await gateway.ask('{ xedger { entries } }', {}, headers);
    expect(hidden.status).toBe(missing.status);
    expect(JSON.parse(JSON.stringify(hidden.errors).replaceAll('ledger', 'xedger'))).toEqual(
      missing.errors.map((error) => ({
        ...error,
        extensions: { ...error.extensions, requestId: hidden.errors[0]?.extensions['requestId'] },
      })),
    );
    expect(hidden.errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('has a hint to sign in for anonymous callers alone', async () => {
    const message = async (role?: Role) =>
      (await gateway.ask('{ ledger { entries } }', {}, await as(role))).errors[0]?.message;
    expect(await message()).toBe(
      'Cannot query field "ledger" on type "Query". Accounts can use more of the schema: sign in and send the access token.',
    );
    expect(await message('CUSTOMER')).toBe('Cannot query field "ledger" on type "Query".');
  });

  test('is never suggested', async () => {
    const message = async (query: string, role: Role) =>
      (await gateway.ask(query, {}, await as(role))).errors[0]?.message;
    expect(await message('{ ledgr { entries } }', 'ADMIN')).toMatch(/Did you mean "ledger"/);
    expect(await message('{ ledgr { entries } }', 'PARTNER')).not.toMatch(/ledger/);
    expect(await message('query Q($k: LedgerKin) { people { id } }', 'ADMIN')).toMatch(/LedgerKind/);
    expect(await message('query Q($k: LedgerKin) { people { id } }', 'PARTNER')).not.toMatch(/LedgerKind/);
  });

  test('is refused again from the cache, and runs for staff', async () => {
    for (const role of ['PARTNER', 'ADMIN', 'PARTNER', 'ADMIN'] as const) {
      const { data, errors } = await gateway.ask(ledger, {}, await as(role));
      expect(role === 'ADMIN' ? data : errors[0]?.extensions.code).toEqual(
        role === 'ADMIN' ? { ledger: { entries: 3 } } : 'GRAPHQL_VALIDATION_FAILED',
      );
    }
  });

  test('can neither be priced by a dry run nor be run by the hash of a registered document', async () => {
    const headers = await as('PARTNER');
    const dry = await gateway.ask('{ ledger { entries } }', {}, { ...headers, 'graphql-dry-run': 'true' });
    expect(dry.errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const byId = async (text: string, role: Role) =>
      gateway.send(JSON.stringify({ documentId: idOf(text) }), {
        ...(await as(role)),
        'content-type': 'application/json',
      });
    expect((await byId(ledger, 'PARTNER')).errors[0]?.message).toMatch(/Cannot query field "ledger"/);
    expect((await byId(ledger, 'ADMIN')).data).toEqual({ ledger: { entries: 3 } });
    expect((await byId(names, 'PARTNER')).data.people).toHaveLength(2);
  });
});
