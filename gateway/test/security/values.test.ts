import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Edge, edges } from '../../testing/edge-clients.ts';
import { json, startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

/** Values of variables that should cost or change something beyond their request. */
let gateway: TestGateway;
let url: string;
beforeAll(async () => {
  gateway = await startTestGateway({ maxBatchSize: 2 });
  url = `${gateway.url}/graphql`;
});
afterAll(() => gateway[Symbol.asyncDispose]());

const everyEdge = Object.keys(edges) as Edge[];
const echo = 'query ($text: String!) { echo(text: $text) }';
const nights = 'query ($stay: StayInput!) { nights(stay: $stay) }';

describe('a long value at fault', () => {
  /** A URL has less room than a body. */
  const lengthOn = (edge: Edge): number => (edge === 'GET' ? 5_000 : 900_000);

  test.each(everyEdge)('is shortened in the errors over %s, which still say what is wrong and where', async (edge) => {
    const variables = { stay: { days: ['2026-03-01'], other: 'x'.repeat(lengthOn(edge)) } };
    const { errors } = await edges[edge](url, { query: nights, variables });
    expect(JSON.stringify(errors).length).toBeLessThan(1_000);
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/^Variable "\$stay" got invalid value .+x…" }; Field "other" is not defined/),
        extensions: { code: 'BAD_USER_INPUT', field: ['stay', 'other'] },
      },
    ]);
  });

  test.each<[string, object, string[]]>([
    ['a text that only its subgraph refuses', { days: ['x'.repeat(900_000)] }, ['stay', 'days', '0']],
    ['a name', { days: [], [`n${'x'.repeat(400_000)}`]: 1 }, ['stay']],
    [
      'twenty thousand names',
      Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`n${n}`, n])),
      ['stay', 'days'],
    ],
    ['a list of long texts', { days: [Array(20).fill('x'.repeat(20_000))] }, ['stay', 'days', '0']],
  ])('is shortened if it is %s', async (_what, stay, field) => {
    const { errors } = await gateway.ask(nights, { stay });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
    expect(JSON.stringify(errors).length).toBeLessThan(20_000);
  });

  test('is shortened in each response of a batch', async () => {
    const operation = { query: echo, variables: { text: ['x'.repeat(400_000)] } };
    const body = JSON.stringify([operation, operation]);
    const response = await fetch(url, { method: 'POST', headers: json, body });
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject(Array(2).fill({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }));
    expect(text.length).toBeLessThan(1_000);
  });
});

/** Texts, because an object literal with `__proto__` sets its prototype instead. */
const hostileValues: Readonly<Record<string, string>> = {
  'that nest objects beyond 200 levels': `{"stay":${'{"a":'.repeat(201)}1${'}'.repeat(201)}}`,
  'that nest lists beyond 200 levels': `{"stay":${'['.repeat(201)}${']'.repeat(201)}}`,
  'with "__proto__" as a key': '{"stay":{"days":[],"__proto__":{"admin":true}}}',
};

describe.each(Object.entries(hostileValues))('variables %s', (_what, text) => {
  test.each(everyEdge)('are refused over %s, and no subgraph is asked', async (edge) => {
    const asked = gateway.graph.people.seen.length;
    const response = await edges[edge](url, { query: nights, variables: JSON.parse(text) });
    if (edge === 'websocket') expect(response).toMatchObject({ closeCode: 4400 });
    else expect(response).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    expect(gateway.graph.people.seen.length).toBe(asked);
  });
});

test.each(everyEdge)('the names of an object prototype are unknown input fields over %s', async (edge) => {
  const prototypes = { constructor: { prototype: { admin: true } }, toString: 'x', hasOwnProperty: 1 };
  const { errors } = await edges[edge](url, { query: nights, variables: { stay: { days: [], ...prototypes } } });
  expect(errors.map(({ extensions }) => extensions)).toMatchObject(
    Object.keys(prototypes).map((name) => ({ code: 'BAD_USER_INPUT', field: ['stay', name] })),
  );
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
});
