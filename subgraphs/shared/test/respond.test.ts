import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { identityHeader } from '../identity/identity.ts';
import { identityToken, somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

/** A gateway in the same process calls `respond`, all others the URL. Both get the same response. */
describe('the response of a subgraph', () => {
  let notes: TestSubgraph<SampleContext>;
  let signed: Record<string, string>;
  beforeAll(async () => {
    notes = await startTestSubgraph(sampleSubgraph('shipments'));
    const token = identityToken('shipments', somebody(['DISPATCHER']));
    signed = { [identityHeader]: token, 'x-request-id': 'request-1' };
  });
  afterAll(() => notes.close());

  const viaHttp = async (headers: Record<string, string>, body: string) => {
    const response = await fetch(notes.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    return { status: response.status, result: await response.json() };
  };
  const inProcess = (headers: Record<string, string>, body: string) =>
    notes.respond({ headers, body, signal: new AbortController().signal });

  test.each<[string, number, string | undefined, unknown]>([
    ['to a query', 200, undefined, { query: '{ notes(first: 2) { text } }' }],
    [
      'to one of several operations',
      200,
      undefined,
      { query: 'query A { __typename } query B { b: __typename }', operationName: 'B' },
    ],
    ['to introspection', 200, undefined, { query: '{ _service { sdl } }' }],
    [
      'with a refused field',
      200,
      'INTERNAL_SERVER_ERROR',
      { query: 'mutation { writeNote(input: { text: "boom" }) { note { id } } }' },
    ],
    ['to text that does not parse', 400, 'GRAPHQL_PARSE_FAILED', { query: '{' }],
    ['to an unknown field', 400, 'GRAPHQL_VALIDATION_FAILED', { query: '{ secret }' }],
    [
      'to variables of another type',
      400,
      'BAD_USER_INPUT',
      { query: 'query ($n: Int!) { notes(first: $n) { text } }', variables: { n: 'x' } },
    ],
    ['to a missing variable', 400, 'BAD_USER_INPUT', { query: 'query ($n: Int!) { notes(first: $n) { text } }' }],
    [
      'to an unknown operation',
      400,
      'OPERATION_RESOLUTION_FAILURE',
      { query: 'query A { __typename }', operationName: 'B' },
    ],
    [
      'to a document without the name of its operation',
      400,
      'OPERATION_RESOLUTION_FAILURE',
      { query: 'query A { __typename } query B { __typename }' },
    ],
    ['to a subscription', 400, 'OPERATION_RESOLUTION_FAILURE', { query: 'subscription { noteWritten { id } }' }],
    ['without a query', 400, 'BAD_REQUEST', {}],
    ['to a list', 400, 'BAD_REQUEST', []],
    ['with variables that are a list', 400, 'BAD_REQUEST', { query: '{ __typename }', variables: [] }],
  ])('%s is the same by HTTP and in the process', async (_case, status, code, request) => {
    const body = JSON.stringify(request);
    const response = await inProcess(signed, body);
    expect(response).toEqual(await viaHttp(signed, body));
    expect(response.status).toBe(status);
    expect(response.result.errors?.[0]?.extensions).toEqual(
      code === undefined ? undefined : { code, retryable: false, requestId: 'request-1' },
    );
  });

  test('to a body that is not JSON is the same by HTTP and in the process', async () => {
    const response = await inProcess(signed, '{"query"');
    expect(response).toEqual(await viaHttp(signed, '{"query"'));
    expect(response).toMatchObject({ status: 400, result: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
  });

  test('to a request without an identity has the status of its code', async () => {
    const headers = { 'x-request-id': 'request-1' };
    const response = await inProcess(headers, '{"query":"{__typename}"}');
    expect(response).toEqual(await viaHttp(headers, '{"query":"{__typename}"}'));
    expect(response).toMatchObject({ status: 401, result: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
  });

  test('ends when the gateway cancels the request', async () => {
    const gateway = new AbortController();
    const response = notes.respond({
      headers: signed,
      body: '{"query":"{ sleep(seconds: 600) { id } }"}',
      signal: gateway.signal,
    });
    gateway.abort();
    expect((await response).result).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  });
});
