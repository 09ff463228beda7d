import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EdgeRequest, edges } from '../testing/edge-clients.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

interface Refusal {
  readonly request: EdgeRequest;
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const deep = `{ people ${'{ friends '.repeat(40)}{ id }${' }'.repeat(40)} }`;

const refusals: Readonly<Record<string, Refusal>> = {
  'a syntax error': {
    request: { query: '{ people {' },
    status: 400,
    code: 'GRAPHQL_PARSE_FAILED',
    message: 'Syntax Error: Expected Name, found <EOF>.',
  },
  'an unknown field': {
    request: { query: '{ peple { name } }' },
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'Cannot query field "peple" on type "Query". Did you mean "people"?',
  },
  'a missing variable': {
    request: { query: 'query ($id: ID!) { person(id: $id) { name } }' },
    status: 400,
    code: 'BAD_USER_INPUT',
    message: 'Variable "$id" of required type "ID!" was not provided.',
  },
  'an unknown operation name': {
    request: { query: 'query A { people { id } }', operationName: 'B' },
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
    message: 'The document has no operation named "B". It has: A.',
  },
  'no operation name among several': {
    request: { query: 'query A { people { id } } query B { people { id } }' },
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
    message: 'The document has several operations (A, B). Say which one to run with "operationName".',
  },
  'a document that is too deep': {
    request: { query: deep },
    status: 400,
    code: 'MAX_DEPTH_LIMIT',
    message: 'At most 25 levels are allowed; the operation has 42.',
  },
  'an operation that may return too many objects': {
    request: { query: 'query ($id: ID!) { person(id: $id) { friends { friends { name } } } }', variables: { id: '1' } },
    status: 400,
    code: 'COST_ESTIMATED_TOO_EXPENSIVE',
    message:
      'The operation may return 931 objects; at most 500 are allowed. Most of it lies at "person.friends.friends": ask for shorter lists there.',
  },
  'introspection twice in one operation': {
    request: { query: '{ a: __schema { description } b: __schema { description } }' },
    status: 400,
    code: 'MAX_ROOT_FIELDS_LIMIT',
    message: 'At most one __schema or __type is allowed per request; the operation has 2.',
  },
  'an empty document': {
    request: { query: '' },
    status: 400,
    code: 'BAD_REQUEST',
    message: 'The request has no operation. Send its text as "query".',
  },
};

describe.each(Object.entries(edges))('over %s', (_edge, ask) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ maxQueryCost: 500, assumedListSize: 30 });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  test.each(Object.entries(refusals))('%s is refused as on every other edge', async (_what, refusal) => {
    const { status = refusal.status, errors } = await ask(`${gateway.url}/graphql`, refusal.request);
    const [first] = errors ?? [];
    expect({ status, code: first?.extensions.code, message: first?.message }).toEqual({
      status: refusal.status,
      code: refusal.code,
      message: refusal.message,
    });
    expect(first?.extensions.requestId).toEqual(expect.any(String));
  });
});
