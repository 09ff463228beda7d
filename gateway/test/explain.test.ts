import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import type { Role } from '#shared/vocabulary.ts';
import { postText } from '../../client/post.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

interface Explanation {
  readonly plan?: string;
  readonly fetches: readonly {
    readonly subgraph: string;
    readonly query: string;
    readonly ms: number;
    readonly sql?: readonly object[];
    readonly error?: string;
  }[];
}
interface Response {
  readonly data?: unknown;
  readonly extensions?: { readonly explain?: Explanation };
}

const query = '{ person(id: "1") { name parcels { weightKg } } }';
const explainBoth = { 'graphql-explain': 'plan, sql' };

describe('a request with the header GraphQL-Explain, in development', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ environment: 'development' });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  async function post(text: string, headers: Record<string, string>): Promise<Response> {
    return (await gateway.ask(text, {}, headers)) as Response;
  }

  test('gets its query plan and each request to a subgraph, in order', async () => {
    const { data, extensions } = await post(query, { 'graphql-explain': 'plan' });
    expect(data).toEqual({ person: { name: 'Ada', parcels: [{ weightKg: 2.5 }] } });
    expect(extensions?.explain?.plan).toMatch(
      /^QueryPlan \{\s+Sequence \{\s+Fetch\(service: "people"\)[\s\S]+Flatten\(path: "\.?person"\) \{\s+Fetch\(service: "parcels"\)/,
    );
    expect(extensions?.explain?.fetches).toEqual([
      { subgraph: 'people', query: expect.stringContaining('person(id: 1)'), ms: expect.any(Number) },
      { subgraph: 'parcels', query: expect.stringContaining('_entities('), ms: expect.any(Number) },
    ]);
  });

  test('gets no plan if it only asks for "sql"', async () => {
    const { extensions } = await post(query, { 'graphql-explain': 'SQL' });
    expect(extensions?.explain).toEqual({
      fetches: [expect.objectContaining({ subgraph: 'people' }), expect.objectContaining({ subgraph: 'parcels' })],
    });
  });

  test.each(['', ','])('"%s" asks for nothing', async (header) => {
    expect((await post(query, { 'graphql-explain': header })).extensions).toBeUndefined();
  });

  test.each(['everything', 'no', 'plan, sqll'])('"%s" is refused', async (header) => {
    const { status, errors } = await gateway.ask(query, {}, { 'graphql-explain': header });
    expect({ status, errors }).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_REQUEST' }, message: expect.stringContaining('GraphQL-Explain') }],
    });
  });

  test('does not get secrets in the document', async () => {
    const { extensions } = await post(
      'mutation { signUp(input: { name: "Ada", password: "open \\"sesame" }) }',
      explainBoth,
    );
    expect(extensions?.explain?.fetches[0]?.query).toContain('signUp(input: {name: "Ada", password: "[hidden]"})');
    expect(JSON.stringify(extensions)).not.toContain('sesame');
  });

  test('gets the failed subgraph and its code', async () => {
    await using alone = await startTestGateway({ subgraphUrls: { parcels: 'http://127.0.0.1:1/graphql' } });
    const { extensions } = (await alone.ask('{ parcels { id } }', {}, explainBoth)) as Response;
    expect(extensions?.explain?.fetches).toEqual([
      expect.objectContaining({ subgraph: 'parcels', error: 'SUBREQUEST_HTTP_ERROR' }),
    ]);
  });

  test('gets the fetches under --engine apollo, too', async () => {
    await using stock = await startTestGateway({ engine: 'apollo' });
    const { data, extensions } = (await stock.ask(query, {}, explainBoth)) as Response;
    expect(data).toMatchObject({ person: { name: 'Ada' } });
    expect(extensions?.explain).toEqual({
      fetches: [expect.objectContaining({ subgraph: 'people' }), expect.objectContaining({ subgraph: 'parcels' })],
    });
  });

  test('is executed separately from equal requests in flight', async () => {
    const before = gateway.graph.people.seen.length;
    const release = gateway.graph.people.hold();
    const requests = [post(query, {}), post(query, {}), post(query, explainBoth), post(query, explainBoth)];
    while (gateway.graph.people.seen.length < before + 3) await gateway.graph.people.arrival();
    release();
    const responses = await Promise.all(requests);
    expect(gateway.graph.people.seen.length - before).toBe(3);
    expect(responses.map(({ extensions }) => extensions?.explain?.fetches.length)).toEqual([
      undefined,
      undefined,
      2,
      2,
    ]);
  });

  test('requests no SQL from subgraphs of another graph', async () => {
    await post(query, explainBoth);
    expect(gateway.graph.people.seen.at(-1)).not.toHaveProperty('x-freight-explain');
  });

  test('may come from another site', async () => {
    const { headers } = await fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:5173',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,graphql-explain',
      },
    });
    expect(headers.get('access-control-allow-headers')).toContain('graphql-explain');
  });

  describe('is explained on every edge', () => {
    const accept = (type: string) => ({ ...explainBoth, accept: type });
    const body = (text: string) => JSON.stringify({ query: text });
    const edges: Readonly<Record<string, () => Promise<Response>>> = {
      async GET() {
        const headers = { 'graphql-require-preflight': '1', ...explainBoth };
        return (
          await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers })
        ).json() as Promise<Response>;
      },
      async 'event stream'() {
        const { text } = await postText(`${gateway.url}/graphql`, body(query), {
          headers: accept('text/event-stream'),
        });
        return JSON.parse(/^data: (.+)$/m.exec(text)?.[1] ?? '');
      },
      async 'multipart, in the first part'() {
        const deferred = '{ person(id: "1") { name ... @defer { parcels { weightKg } } } }';
        const headers = accept('multipart/mixed; deferSpec=20220824');
        const { text } = await postText(`${gateway.url}/graphql`, body(deferred), { headers });
        const [first, ...others] = [...text.matchAll(/^\{.+\}$/gm)].map(([part]) => JSON.parse(part));
        expect(others.map((part) => part.extensions)).toEqual([undefined]);
        return first;
      },
      async websocket() {
        const client = createClient({
          url: `${gateway.url.replace('http', 'ws')}/graphql`,
          webSocketImpl: WebSocket,
          retryAttempts: 0,
          connectionParams: explainBoth,
        });
        try {
          for await (const result of client.iterate({ query })) return result as Response;
          throw new Error('no result');
        } finally {
          await client.dispose();
        }
      },
    };

    test.each(Object.entries(edges))('%s', async (_edge, ask) => {
      const { data, extensions } = await ask();
      expect(data).toMatchObject({ person: { name: 'Ada' } });
      expect(extensions?.explain).toMatchObject({
        plan: expect.stringContaining('QueryPlan'),
        fetches: expect.arrayContaining([expect.objectContaining({ subgraph: 'people' })]),
      });
    });
  });
});

describe('a request with the header GraphQL-Explain, in production', () => {
  let gateway: TestGateway;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'freight-explain-'));
    gateway = await startTestGateway({ environment: 'production', access: { kind: 'freight', dataDir } });
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true });
  });

  async function askAs(role: Role | undefined): Promise<Response> {
    const identity: Identity = {
      kind: 'account',
      accountId: newId(),
      credential: { kind: 'session', needsCode: false },
      organizationId: null,
      driverId: null,
      roles: role ? [role] : [],
      scopes: [],
      tier: 'STANDARD',
    };
    const headers: Record<string, string> = role ? { authorization: `Bearer ${await gateway.tokenFor(identity)}` } : {};
    return (await gateway.ask(query, {}, { ...explainBoth, ...headers })) as Response;
  }

  test.each(['ADMIN', 'DISPATCHER', 'ANALYST'] as const)('is explained to staff: %s', async (role) => {
    const { extensions } = await askAs(role);
    expect(extensions?.explain?.fetches).toHaveLength(2);
    expect(gateway.graph.people.seen.at(-1)).toMatchObject({ 'x-freight-explain': 'sql' });
  });

  test.each(['CUSTOMER', 'PARTNER', 'DRIVER', undefined] as const)(
    'is treated as without the header: %s',
    async (role) => {
      const { data, extensions } = await askAs(role);
      expect({ data, extensions }).toEqual({ data: expect.anything(), extensions: undefined });
      expect(gateway.graph.people.seen.at(-1)).not.toHaveProperty('x-freight-explain');
    },
  );
});
