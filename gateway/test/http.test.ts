import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import type { GraphError } from '../../client/graph-response.ts';
import { json, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const graphqlJson = 'application/graphql-response+json';

describe.each(['freight', 'apollo'] as const)('GraphQL over HTTP with the %s engine', (engine) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ engine, maxBodyBytes: 100_000 });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  // The audit allows to refuse this GET ("MAY accept"): without a header against forgery, the gateway refuses it.
  const refusedOnPurpose = new Set(['5A70']);
  const audits = serverAudits({ url: () => `${gateway.url}/graphql` }).filter(({ id }) => !refusedOnPurpose.has(id));
  test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('audit %s', async (name, audit) => {
    const result = await audit.fn();
    const viaGet = /URL-encoded|on GET/.test(name);
    expect(result.status).toBe(viaGet && result.status === 'notice' ? 'notice' : 'ok');
  });

  test('a query joins both subgraphs in one response', async () => {
    const { status, data, errors } = await gateway.ask('{ people { name parcels { weightKg to { name } } } }');
    expect({ status, errors }).toEqual({ status: 200, errors: [] });
    expect(data).toEqual({
      people: [
        { name: 'Ada', parcels: [{ weightKg: 2.5, to: { name: 'Ada' } }] },
        { name: 'Grace', parcels: [{ weightKg: 2.5, to: { name: 'Grace' } }] },
      ],
    });
  });

  test('a mutation runs by POST only', async () => {
    const mutation = 'mutation { rename(id: "1", name: "Lovelace") { name } }';
    expect((await gateway.ask(mutation)).data).toEqual({ rename: { name: 'Lovelace' } });
    const response = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(mutation)}`, {
      headers: { 'apollo-require-preflight': 'yes' },
    });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('a query runs by GET with a header against forgery', async () => {
    const response = await fetch(`${gateway.url}/graphql?query={people{name}}`, {
      headers: { 'apollo-require-preflight': 'yes' },
    });
    expect([response.status, await response.json()]).toEqual([
      200,
      { data: { people: [{ name: 'Ada' }, { name: 'Grace' }] } },
    ]);
  });

  test('a simple request that a page of another origin could send is refused', async () => {
    const response = await fetch(`${gateway.url}/graphql?query={people{name}}`);
    const { errors } = (await response.json()) as { errors: readonly GraphError[] };
    expect([response.status, errors[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
    const form = await gateway.send('query={people{name}}', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, form.errors[0]?.extensions.code]).toEqual([415, 'BAD_REQUEST']);
  });

  test.each([
    ['a faulty document', '{ people {', 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ peple { name } }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing variable', 'query($id: ID!) { person(id: $id) { name } }', 400, 'BAD_USER_INPUT'],
  ])('%s is a 4xx under graphql-response+json and 200 under json', async (_what, query, status, code) => {
    const strict = await gateway.ask(query, {}, { accept: graphqlJson });
    expect([strict.status, strict.errors[0]?.extensions.code, strict.data]).toEqual([status, code, undefined]);
    const lenient = await gateway.ask(query);
    expect([lenient.status, lenient.errors[0]?.extensions.code]).toEqual([200, code]);
  });

  test.each(['utf-8', 'UTF8', '"utf-8"', 'us-ascii'])('a body in the charset %s is read', async (charset) => {
    const headers = { 'content-type': `application/json; charset=${charset}` };
    expect((await gateway.send('{"query":"{ people { name } }"}', headers)).status).toBe(200);
  });

  test.each(['{"first":1}', '{"first":12345678901234567890}'])(
    'a body may begin with a byte order mark, with the variables %s',
    async (variables) => {
      const body = `\ufeff{"query":"{ people { name } }","variables":${variables}}`;
      expect((await gateway.send(body, json)).status).toBe(200);
    },
  );

  test.each(['query=%7Bpeople%7Bname%7D%7', 'query={people{name}}&variables=%ff', 'query=%zz'])(
    'a GET whose parameters have invalid percent-encoding is refused: %s',
    async (parameters) => {
      const response = await fetch(`${gateway.url}/graphql?${parameters}`, {
        headers: { 'apollo-require-preflight': 'yes' },
      });
      const { errors } = (await response.json()) as { errors: readonly GraphError[] };
      expect([response.status, errors[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
      expect(errors[0]?.message).toMatch(/^The URL has invalid percent-encoding\./);
    },
  );

  test('an unknown operation name is refused', async () => {
    const body = JSON.stringify({ query: 'query A { people { name } } query B { people { id } }', operationName: 'C' });
    const { status, errors } = await gateway.send(body, { ...json, accept: graphqlJson });
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'OPERATION_RESOLUTION_FAILURE']);
  });

  test.each([
    ['no JSON', '{"query": "{ people', json, 400],
    ['malformed UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), json, 400],
    ['another content type', '<query/>', { 'content-type': 'text/xml' }, 415],
    ['another charset', '{"query":"{ people { name } }"}', { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['a body that is too large', JSON.stringify({ query: `{ people { name } } #${'x'.repeat(200_000)}` }), json, 413],
    ['a batch', '[{"query":"{ people { name } }"},{"query":"{ people { id } }"}]', json, 400],
    ['an empty body', '', json, 400],
    ['a body without a query', '{"variables":{}}', json, 400],
    ['a query that is not a string', '{"query":["{ people { name } }"]}', json, 400],
    ['variables that are not an object', '{"query":"{ people { name } }","variables":"x"}', json, 400],
    [
      'a key that would set a prototype',
      '{"query":"{ people { name } }","variables":{"__proto__":{"admin":true}}}',
      json,
      400,
    ],
    [
      'such a key in escaped characters',
      '{"query":"{ people { name } }","variables":{"\\u005f_proto__":{"admin":true}}}',
      json,
      400,
    ],
    [
      'endless nesting',
      `{"query":"{ people { name } }","variables":{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`,
      json,
      400,
    ],
    [
      'a media type that the gateway does not offer',
      '{"query":"{ people { name } }"}',
      { ...json, accept: 'image/png' },
      406,
    ],
  ])('%s is refused with a code and a request id', async (_what, body, headers, status) => {
    const response = await gateway.send(body, headers as Record<string, string>);
    const [error] = response.errors ?? [];
    expect([response.status, error?.extensions.code]).toEqual([status, 'BAD_REQUEST']);
    expect(error?.extensions.requestId).toBe(response.headers.get('x-request-id'));
    expect(JSON.stringify(error)).not.toMatch(/node_modules|\.ts:|\.js:|stack/);
  });

  test.each(["'; drop table people; --", '\u0000', '" } }', '💣💣💣', '#{7*7}', '<script>alert(1)</script>'])(
    'a variable stays a value: %j',
    async (text) => {
      const { data } = await gateway.ask('query($text: String!) { echo(text: $text) }', { text });
      expect(data).toEqual({ echo: text });
    },
  );

  test("the gateway's request id goes to subgraphs and back; the client's own is kept, too", async () => {
    const { headers } = await gateway.ask('{ people { name } }', {}, { 'x-request-id': 'trace-1.a' });
    const id = headers.get('x-request-id');
    expect([id, headers.get('x-client-request-id')]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), 'trace-1.a']);
    expect(gateway.graph.people.seen.at(-1)).toMatchObject({ 'x-request-id': id, 'x-client-request-id': 'trace-1.a' });
  });

  test('a client request id that is unsafe in a log line is dropped', async () => {
    const { headers } = await gateway.ask('{ people { name } }', {}, { 'x-request-id': 'a"b<c>' });
    expect(headers.get('x-client-request-id')).toBeNull();
    expect(gateway.graph.people.seen.at(-1)).not.toHaveProperty('x-client-request-id');
  });

  test('a GET that carries a bearer token needs no other proof against forgery', async () => {
    const headers = { authorization: 'Bearer anything' };
    const response = await fetch(`${gateway.url}/graphql?query={people{name}}`, { headers });
    expect(response.status).toBe(200);
    const basic = { authorization: 'Basic YWRtaW46YWRtaW4=' };
    expect((await fetch(`${gateway.url}/graphql?query={people{name}}`, { headers: basic })).status).toBe(400);
  });

  test('a browser that opens the address finds the explorer', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
    const response = await fetch(`${gateway.url}/graphql`, { headers, redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/explorer']);
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('%s is refused with the methods that are allowed', async (method) => {
    const response = await fetch(`${gateway.url}/graphql`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
  });

  test('OPTIONS lists the allowed methods', async () => {
    const response = await fetch(`${gateway.url}/graphql`, { method: 'OPTIONS' });
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
  });

  test('an empty operation name counts as none', async () => {
    const { data } = await gateway.send('{"query":"{ people { name } }","operationName":""}');
    expect(data.people).toHaveLength(2);
  });

  test('trace context is forwarded to subgraphs', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await gateway.ask('{ people { name } }', {}, { traceparent });
    expect(gateway.graph.people.seen.at(-1)?.['traceparent']).toBe(traceparent);
    await gateway.ask('{ people { name } }', {}, { traceparent: 'garbage' });
    expect(gateway.graph.people.seen.at(-1)).not.toHaveProperty('traceparent');
  });

  test('an uncoded error of a subgraph is masked, without its address', async () => {
    const { data, errors, headers } = await gateway.ask('{ failing people { name } }');
    expect(data).toEqual({ failing: null, people: [{ name: 'Ada' }, { name: 'Grace' }] });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ path: ['failing'], extensions: { subgraph: 'people', retryable: false } });
    expect(errors[0]?.extensions.requestId).toBe(headers.get('x-request-id'));
  });

  test('the introspection of GraphiQL works within the limits', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const { data, errors } = await gateway.ask(
      getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }),
    );
    expect(errors).toEqual([]);
    expect(data.__schema.types.map(({ name }: { name: string }) => name)).toContain('Parcel');
  });
});

test('introspection can be turned off', async () => {
  await using gateway = await startTestGateway({ introspection: 'off' });
  const { errors } = await gateway.ask('{ __schema { types { name } } }');
  expect(errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
});

describe('pages of other origins', () => {
  test('pages of configured origins may read responses, others may not', async () => {
    await using gateway = await startTestGateway({ corsOrigins: ['https://console.example'] });
    const preflight = (origin: string) =>
      fetch(`${gateway.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      });
    const allowed = await preflight('https://console.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://console.example');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});
