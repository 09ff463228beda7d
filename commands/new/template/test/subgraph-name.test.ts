import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from '#shared/test/harness.ts';
import type { SubgraphNameContext } from '../context.ts';
import { subgraphName } from '../subgraph.ts';

let subgraph: TestSubgraph<SubgraphNameContext>;
beforeAll(async () => {
  subgraph = await startTestSubgraph(subgraphName);
});
afterAll(() => subgraph.close());

const admin = somebody(['ADMIN']);
const customer = somebody(['CUSTOMER']);

interface Created {
  readonly sampleRecord: { readonly id: string; readonly name: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
}

async function create(name: string, idempotencyKey: string = newId()): Promise<Created> {
  const mutation = `mutation($input: CreateSampleRecordInput!) {
    created: createSampleRecord(input: $input) { sampleRecord { id name } userErrors { code field } }
  }`;
  const { data, errors } = await subgraph.ask<{ created: Created }>(admin, mutation, {
    input: { name, idempotencyKey },
  });
  expect(errors).toEqual([]);
  return data!.created;
}

describe('createSampleRecord', () => {
  test('a created one is read by its id, also by the gateway', async () => {
    const { sampleRecord } = await create(' Tulsa ');
    expect(sampleRecord).toEqual({ id: expect.any(String), name: 'Tulsa' });
    const query = `query($id: ID!, $r: [_Any!]!) {
      sampleRecord(id: $id) { id name }
      _entities(representations: $r) { ... on SampleRecord { id name } }
    }`;
    const id = sampleRecord?.id;
    const { data } = await subgraph.ask(admin, query, { id, r: [{ __typename: 'SampleRecord', id }] });
    expect(data).toEqual({ sampleRecord, _entities: [sampleRecord] });
  });

  test('a repeated call returns the first one; another input with its key is refused', async () => {
    const key = newId();
    const first = await create('Omaha', key);
    expect(await create('Omaha', key)).toEqual(first);
    const reused = [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }];
    expect(await create('Denver', key)).toEqual({ sampleRecord: null, userErrors: reused });
  });

  test.each(['', ' ', 'a\u0000b', 'n'.repeat(81)])('%j is no name', async (name) => {
    const refused = { sampleRecord: null, userErrors: [{ code: 'INVALID_INPUT', field: ['name'] }] };
    expect(await create(name)).toEqual(refused);
  });
});

test('pages are in the order of names, forward and backward', async () => {
  await create('Amarillo');
  await create('Boise');
  const query = `query($after: String, $before: String, $last: Int) {
    sampleRecords(first: 1) { nodes { name } pageInfo { endCursor hasNextPage } totalCount }
    next: sampleRecords(after: $after, first: 1) { nodes { name } pageInfo { startCursor } }
    previous: sampleRecords(before: $before, last: $last) { nodes { name } }
  }`;
  interface Page {
    readonly nodes: readonly { readonly name: string }[];
    readonly pageInfo: { readonly startCursor: string; readonly endCursor: string; readonly hasNextPage: boolean };
    readonly totalCount: number;
  }
  const read = async (variables: object) =>
    (await subgraph.ask<Record<string, Page>>(admin, query, { ...variables })).data!;
  const { sampleRecords: page } = await read({});
  expect(page).toMatchObject({ nodes: [{ name: 'Amarillo' }], pageInfo: { hasNextPage: true } });
  expect(page!.totalCount).toBeGreaterThan(1);
  const { next } = await read({ after: page!.pageInfo.endCursor });
  expect(next!.nodes).toEqual([{ name: 'Boise' }]);
  const { previous } = await read({ before: next!.pageInfo.startCursor, last: 1 });
  expect(previous!.nodes).toEqual([{ name: 'Amarillo' }]);
});

test('without the scope nothing is shown and nothing is made', async () => {
  const { sampleRecord } = await create('Fargo');
  const query = `query($id: ID!, $r: [_Any!]!) {
    sampleRecord(id: $id) { name }
    _entities(representations: $r) { ... on SampleRecord { name } }
  }`;
  const r = [{ __typename: 'SampleRecord', id: sampleRecord?.id }];
  const { data, errors } = await subgraph.ask(customer, query, { id: sampleRecord?.id, r });
  expect(data).toEqual({ sampleRecord: null, _entities: [null] });
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});
