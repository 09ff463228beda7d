import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { json, startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

/** What browsers and caches may do with responses. */
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ maxBatchSize: 2 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const query = '{ people { name } }';
const search = `/graphql?query=${encodeURIComponent(query)}`;
const preflight = { 'graphql-require-preflight': '1' };
const post = (body: unknown, headers: Record<string, string> = {}): [string, RequestInit] => [
  '/graphql',
  { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) },
];

const requests: Readonly<Record<string, [path: string, init?: RequestInit]>> = {
  'data by POST': post({ query }),
  'data by GET': [search, { headers: preflight }],
  'an event stream': post({ query }, { accept: 'text/event-stream' }),
  'a response in parts': post({ query }, { accept: 'multipart/mixed; deferSpec=20220824, application/json' }),
  'a batch': post([{ query }]),
  'a refusal': post({ query: '{ nothing }' }),
  'a refused body': ['/graphql', { method: 'POST', headers: json, body: '{' }],
  'an unknown path': ['/nothing'],
  'a path that is no URL': ['/%zz'],
  'a message to /mcp': ['/mcp', { method: 'POST', headers: json, body: '{}' }],
  'the health': ['/health'],
};

describe.each(Object.entries(requests))('%s', (_what, [path, init]) => {
  test('loads nothing, runs nothing and is framed nowhere, whatever its content', async () => {
    const { headers, body } = await fetch(`${gateway.url}${path}`, init);
    await body?.cancel();
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(headers.get('content-type')).not.toMatch(/html|svg|xml|javascript/);
  });
});

test('the public port serves no older version, no debugging page, no metrics and no file of the project', async () => {
  const paths = [
    '/v1/graphql',
    '/graphql/v1',
    '/api/graphql',
    '/graphiql',
    '/playground',
    '/voyager',
    '/sandbox',
    '/swagger',
    '/openapi.json',
    '/metrics',
    '/debug',
    '/admin',
    '/status',
    '/supergraph',
    '/schema.graphql',
    '/package.json',
    '/.env',
    '/.git/config',
  ];
  const statuses = await Promise.all(
    paths.map(async (path) => {
      const { status, body } = await fetch(`${gateway.url}${path}`);
      await body?.cancel();
      return [path, status];
    }),
  );
  expect(statuses).toEqual(paths.map((path) => [path, 404]));
});

describe('a shared cache', () => {
  const cacheControlOf = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${gateway.url}${path}`, { headers });
    await response.body?.cancel();
    return response.headers.get('cache-control');
  };

  test.each<[string, string, Record<string, string>]>([
    ['a request that a page of another origin could send', search, {}],
    ['an invalid media type', search, { ...preflight, accept: 'image/png' }],
    ['an unknown field', '/graphql?query={nothing}', preflight],
    ['an unknown path', '/nothing', {}],
    ['a path that is no URL', '/%zz', {}],
    ['a content type that is not supported', search, { 'content-type': 'a/b' }],
  ])('keeps no refusal of %s, so that nobody can put it in place of the data', async (_what, path, headers) => {
    expect(await cacheControlOf(path, headers)).not.toMatch(/public|max-age/);
    expect(await cacheControlOf(path, headers)).toMatch(/no-store|private/);
  });

  test('keeps no data of a caller: the response is private, and names the headers that it depends on', async () => {
    const { headers, body } = await fetch(`${gateway.url}${search}`, { headers: preflight });
    await body?.cancel();
    expect(headers.get('cache-control')).toBe('private, no-cache');
    const varying = headers.get('vary')?.split(', ') ?? [];
    expect(varying).toEqual(expect.arrayContaining(['accept', 'authorization', 'x-api-key']));
  });

  test.each([
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-prefix',
    'x-original-url',
    'x-rewrite-url',
    'x-http-method-override',
    'forwarded',
    'origin',
    'referer',
    'accept-language',
  ])('gets the same response whatever %s says', async (name) => {
    const [plain, poisoned] = await Promise.all(
      [{}, { [name]: 'evil.example' }].map(async (headers) => {
        const response = await fetch(`${gateway.url}${search}`, { headers: { ...preflight, ...headers } });
        const { date: _date, 'x-request-id': _id, ...kept } = Object.fromEntries(response.headers);
        return { status: response.status, kept, text: await response.text() };
      }),
    );
    expect(poisoned).toEqual(plain);
    expect(JSON.stringify(poisoned)).not.toContain('evil');
  });
});

describe('a request that a page of another origin could send', () => {
  const part = (name: string, value: string) =>
    `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const upload = `${part('operations', JSON.stringify({ query }))}${part('map', '{}')}--x--\r\n`;
  const simple: Readonly<Record<string, [type: string, body: string]>> = {
    'JSON as text/plain': ['text/plain', JSON.stringify({ query })],
    'JSON as text/plain that names application/json as parameter': [
      'text/plain; a=application/json',
      JSON.stringify({ query }),
    ],
    'a form': ['application/x-www-form-urlencoded', `query=${encodeURIComponent(query)}`],
    'a file upload (graphql-multipart-request)': ['multipart/form-data; boundary=x', upload],
  };
  const paths = ['/graphql', '/graphql/stream', '/mcp'];

  test.each(Object.keys(simple).flatMap((what) => paths.map((path) => [what, path] as const)))(
    '%s is refused at %s, and no subgraph is asked',
    async (what, path) => {
      const [type, body] = simple[what]!;
      const asked = gateway.graph.people.seen.length;
      const headers = { 'content-type': type, origin: 'https://evil.example' };
      const response = await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body });
      expect([
        response.status >= 400 && response.status < 500,
        response.headers.get('access-control-allow-origin'),
      ]).toEqual([true, null]);
      expect(await response.text()).toMatch(/"code":"(BAD_REQUEST|FORBIDDEN)"/);
      expect(gateway.graph.people.seen.length).toBe(asked);
    },
  );
});
