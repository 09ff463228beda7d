import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AccessSnapshot } from '#shared/identity/access-snapshot.ts';
import { gatewayItself, type Identity } from '#shared/identity/identity.ts';
import { somebody } from '#shared/test/harness.ts';
import { type AccessUnderTest, givenAccount, givenOrganization, startAccess } from './access.ts';

const body = '{ viewer { id } }';
const id = createHash('sha256').update(body).digest('hex');
const figures = { maximum: 1, byField: [], fetches: 1, subgraphs: ['access'], callsPerMinute: 60, cheapestDrop: null };

let access: AccessUnderTest;
let partner: Identity & { readonly accountId: string };
beforeAll(async () => {
  access = await startAccess();
  const organizationId = await givenOrganization(access, 'Documents and Sons');
  const accountId = await givenAccount(access, { email: 'partner@documents.test', roles: ['PARTNER'], organizationId });
  partner = somebody(['PARTNER'], { accountId, organizationId });
});
afterAll(() => access.close());

async function run(as: Identity, field: string, type: string, selection: string, input: object) {
  const query = `mutation($input: ${type}!) { payload: ${field}(input: $input) { ${selection} userErrors { code message } } }`;
  const { data, errors } = await access.ask<{ payload: Record<string, unknown> }>(as, query, { input });
  return { payload: data?.payload, codes: errors?.map(({ extensions }) => extensions?.['code']) };
}

const register = () =>
  run(partner, 'registerDocuments', 'RegisterDocumentsInput', 'documents { id lastUsedAt }', {
    clientName: 'tracker',
    clientVersion: '1',
    manifest: {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id, name: 'Viewer', type: 'query', body }],
    },
  });

test('a document needs the appraisal of a gateway; its uses are shown, and only gateways report them', async () => {
  expect((await register()).payload).toMatchObject({ documents: null, userErrors: [{ code: 'NOT_READY' }] });
  const appraisals = JSON.stringify([{ id, supergraph: 'S', faults: [], figures }]);
  const appraise = (as: Identity) =>
    run(as, 'recordDocumentAppraisals', 'RecordDocumentAppraisalsInput', '', {
      accountId: partner.accountId,
      appraisals,
    });
  expect((await appraise(partner)).codes).toEqual(['FORBIDDEN']);
  expect((await appraise(gatewayItself)).payload).toEqual({ userErrors: [] });
  expect((await register()).payload).toEqual({ documents: [{ id, lastUsedAt: null }], userErrors: [] });
  const at = '2026-03-01T10:00:00.000Z';
  const organizationId = partner.kind === 'account' ? partner.organizationId : null;
  const uses = [{ documentId: id, organizationId, at }];
  const recorded = await run(gatewayItself, 'recordDocumentUses', 'RecordDocumentUsesInput', '', { uses });
  expect(recorded.payload).toEqual({ userErrors: [] });
  const retired = await run(partner, 'retireDocument', 'RetireDocumentInput', 'document { lastUsedAt }', {
    documentId: id,
  });
  expect(retired.payload).toEqual({ document: { lastUsedAt: at }, userErrors: [] });
});

test('an administrator accepts a supergraph: gateways get its hash, and the audit trail keeps the reason', async () => {
  const accountId = await givenAccount(access, { email: 'admin@documents.test', roles: ['ADMIN'] });
  const administrator = somebody(['ADMIN'], { accountId });
  const hash = 'a'.repeat(64);
  const accept = (as: Identity, input: object) =>
    run(as, 'acceptSupergraph', 'AcceptSupergraphInput', 'supergraph { hash reason }', input);
  const reason = 'The partner has agreed to the change.';

  expect((await accept(partner, { hash, reason })).codes).toEqual(['FORBIDDEN']);
  expect((await accept(administrator, { hash: 'latest', reason })).payload).toMatchObject({
    supergraph: null,
    userErrors: [{ code: 'INVALID_INPUT' }],
  });

  const before = await readSnapshot(null);
  expect(before.acceptedSupergraphs).toEqual([]);
  for (let times = 0; times < 2; times++)
    expect((await accept(administrator, { hash, reason })).payload).toEqual({
      supergraph: { hash, reason },
      userErrors: [],
    });
  expect(await readSnapshot(before.version)).toMatchObject({ acceptedSupergraphs: [hash], keys: null });

  const query = `{ auditEntries(filter: { actions: [SUPERGRAPH_ACCEPTED] }, first: 1) { nodes { actor { id } changes { field after } } } }`;
  expect((await access.ask(administrator, query)).data).toEqual({
    auditEntries: { nodes: [{ actor: { id: accountId }, changes: [{ field: hash, after: reason }] }] },
  });
});

async function readSnapshot(after: string | null): Promise<AccessSnapshot> {
  const query = 'query($after: String) { accessSnapshot(after: $after) }';
  const { data } = await access.ask<{ accessSnapshot: string }>(gatewayItself, query, { after });
  return JSON.parse(data?.accessSnapshot ?? '');
}
