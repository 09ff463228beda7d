import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Edge, type EdgeRequest, type EdgeResponse, edges } from '../testing/edge-clients.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

interface Refusal {
  readonly request: EdgeRequest;
  readonly status: number;
  readonly code: string;
  /** A text, or a matcher of one. */
  readonly message: unknown;
  /** The host name under which the client reaches the gateway. */
  readonly host?: string;
  /** Path of the value at fault. */
  readonly field?: readonly string[];
  readonly retryAfter?: string;
  /** Edges that differ: websockets that are closed with a code of their protocol, another status, or an edge that can't express the request. */
  readonly except?: Partial<
    Record<Edge, { readonly closeCode: number } | { readonly status: number } | 'not expressible'>
  >;
}

const deep = `{ people ${'{ friends '.repeat(40)}{ id }${' }'.repeat(40)} }`;
const badRequest = (message: string) => ({ status: 400, code: 'BAD_REQUEST', message });
/** graphql-transport-ws: a message of a wrong format closes the connection with 4400. */
const malformed = { websocket: { closeCode: 4400 } } as const;

const faultyRequests: Readonly<Record<string, Refusal>> = {
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
    field: ['id'],
  },
  'a field of a variable that is missing': {
    request: { query: 'query ($s: StayInput!) { nights(stay: $s) }', variables: { s: {} } },
    status: 400,
    code: 'BAD_USER_INPUT',
    message: 'Variable "$s" got invalid value {}; Field "days" of required type "[Day!]!" was not provided.',
    field: ['s', 'days'],
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
    message: 'At most 25 levels are allowed; the operation has 42. Split the operation.',
  },
  'an operation that may cost too many points': {
    request: { query: 'query ($id: ID!) { person(id: $id) { friends { friends { name } } } }', variables: { id: '1' } },
    status: 400,
    code: 'COST_ESTIMATED_TOO_EXPENSIVE',
    message:
      'The operation may cost 931 points; one operation may cost at most 500. Most of them come from "person.friends.friends". Request shorter lists there.',
  },
  'introspection twice in one operation': {
    request: { query: '{ a: __schema { description } b: __schema { description } }' },
    status: 400,
    code: 'MAX_ROOT_FIELDS_LIMIT',
    message: 'At most one __schema or __type is allowed per request; the operation has 2.',
  },
  'an empty document': {
    request: { query: '' },
    ...badRequest('The request has no operation. Send its text as "query", or its id as "documentId".'),
  },
  'a missing query': {
    request: { variables: {} },
    ...badRequest('The request has no operation. Send its text as "query", or its id as "documentId".'),
    except: malformed,
  },
  'a query of the wrong type': {
    request: { query: 7 },
    ...badRequest('"query" must be a string.'),
    except: { ...malformed, GET: 'not expressible' },
  },
  'variables of the wrong type': {
    request: { query: '{ people { id } }', variables: [1] },
    ...badRequest('"variables" must be a JSON object.'),
    except: malformed,
  },
  'an operation name of the wrong type': {
    request: { query: '{ people { id } }', operationName: 7 },
    ...badRequest('"operationName" must be a string.'),
    except: { ...malformed, GET: 'not expressible' },
  },
  // Apollo's clients expect the status 200 and send the text then. The event stream's clients take 202 for success and all else for a failure.
  'the hash of a persisted query with an empty text': {
    request: { query: '', extensions: { persistedQuery: { version: 1, sha256Hash: 'abc' } } },
    status: 200,
    code: 'PERSISTED_QUERY_NOT_FOUND',
    message: 'PersistedQueryNotFound',
    except: { 'single event connection': { status: 400 } },
  },
  'the hash of a persisted query alone': {
    request: { extensions: { persistedQuery: { version: 1, sha256Hash: 'abc' } } },
    status: 200,
    code: 'PERSISTED_QUERY_NOT_FOUND',
    message: 'PersistedQueryNotFound',
    except: { 'single event connection': { status: 400 } },
  },
};

const strangers: Readonly<Record<string, Refusal>> = {
  // Over a websocket the token comes with `connection_init`, whose refusal closes with 4403.
  'an invalid access token': {
    request: { query: '{ people { id } }', headers: { authorization: 'Bearer nonsense' } },
    status: 401,
    code: 'UNAUTHENTICATED',
    message:
      'The access token is expired or invalid. Sign in again. Or omit the authorization header to send the request anonymously.',
    except: { websocket: { closeCode: 4403 } },
  },
  'introspection by a caller who is not signed in': {
    request: { query: '{ __schema { description } }' },
    status: 401,
    code: 'UNAUTHENTICATED',
    message: 'Sign in to read the schema. Introspection is not public here.',
  },
  // A websocket is not opened; its client sees an abnormal close.
  'a foreign host name while demo accounts exist': {
    request: { query: '{ people { id } }' },
    host: '[::ffff:127.0.0.1]',
    status: 403,
    code: 'FORBIDDEN',
    message: expect.stringMatching(/^The host name "\[::ffff:7f00:1\]:\d+" is not served while demo accounts exist\./),
    except: { websocket: { closeCode: 1006 } },
  },
};

const busy: Refusal = {
  request: { query: '{ waiting: people { name } }' },
  status: 503,
  code: 'REQUEST_CONCURRENCY_LIMITED',
  message: 'The gateway is busy: 0 requests already wait to be executed. Try again later.',
  retryAfter: '1',
};
const tooManyRequests: Refusal = {
  request: { query: '{ people { id } }' },
  status: 429,
  code: 'RATE_LIMITED',
  message: 'Too many requests from this address. Try again in 1000 s.',
  retryAfter: '1000',
};

/** Expects the refusal as every edge has it, or as the exception of this edge says. */
async function expectRefusal(gateway: TestGateway, edge: Edge, refusal: Refusal): Promise<void> {
  const { request, host = '127.0.0.1', status, code, message, field, retryAfter = null, except } = refusal;
  const exception = except?.[edge];
  if (exception === 'not expressible') return;
  const response: EdgeResponse = await edges[edge](`${gateway.url.replace('127.0.0.1', host)}/graphql`, request);
  if (exception && 'closeCode' in exception) {
    expect(response).toMatchObject({ ...exception, errors: [] });
    return;
  }
  const overHttp = { status, retryAfter, ...exception };
  expect(response).toEqual({
    ...(edge === 'websocket' ? { status: undefined, retryAfter: null } : overHttp),
    errors: [
      expect.objectContaining({ message, extensions: expect.objectContaining({ code, ...(field && { field }) }) }),
    ],
  });
  expect(response.errors[0]?.extensions.requestId).toEqual(expect.any(String));
}

const everyEdge = Object.keys(edges) as Edge[];
const everyPair = (refusals: object) =>
  Object.keys(refusals).flatMap((what) => everyEdge.map((edge) => [what, edge] as const));

describe('a request is refused in the same way on every edge', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ maxQueryCost: 500, assumedListSize: 30 });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  test.each(everyPair(faultyRequests))('%s, over %s', (what, edge) =>
    expectRefusal(gateway, edge, faultyRequests[what]!),
  );
});

test.each(['POST', 'GET', 'websocket'] as const)(
  'a value that only its subgraph refuses has its path, over %s',
  async (edge) => {
    await using gateway = await startTestGateway();
    const query = 'query ($s: StayInput!) { nights(stay: $s) }';
    const variables = { s: { days: ['2026-03-01', 'March 1'] } };
    const { errors } = await edges[edge](`${gateway.url}/graphql`, { query, variables });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['s', 'days', '1'] } }]);
  },
);

describe('a caller is refused in the same way on every edge', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({
      access: { kind: 'freight', dataDir },
      introspection: 'signed-in',
      demoAccounts: 'local',
    });
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test.each(everyPair(strangers))('%s, over %s', (what, edge) => expectRefusal(gateway, edge, strangers[what]!));
});

describe('a client that should wait is told so in the same way on every edge', () => {
  test('when too many requests wait', async () => {
    await using gateway = await startTestGateway({ maxWaitingRequests: 0 });
    const letGo = gateway.graph.people.hold();
    // 16,000 characters are expected of the response to a new operation, so fifty of them reach the limit.
    const running = Array.from({ length: 60 }, (_, index) => gateway.ask(`{ a${index}: people { name } }`));
    await Promise.race(running); // the first that is refused
    for (const edge of everyEdge) await expectRefusal(gateway, edge, busy);
    letGo();
    await Promise.all(running);
  });

  test('when it exceeds its rate', async () => {
    const requests = { perSecond: 0.001, burst: 1 };
    await using gateway = await startTestGateway({ clientRates: { requests, newDocuments: undefined } });
    expect((await gateway.ask('{ __typename }')).status).toBe(200);
    for (const edge of everyEdge) await expectRefusal(gateway, edge, tooManyRequests);
  });
});
