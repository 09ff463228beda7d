import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { postText } from '../../client/post.ts';
import { composeSupergraph } from '../supergraph/compose.ts';
import { type RunningGateway, startGateway } from '../testing/running-gateway.ts';
import { type ScriptedSubgraph, startScriptedSubgraph } from '../testing/scripted-subgraph.ts';

/**
 * Numbers that a double can't represent are passed on as they were written, in every direction. The tests compare text, because parsing would
 * round the numbers.
 */
const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n';
const itemsSdl = `${link} scalar Long scalar JSON
type Query { item(id: Long, ids: [Long!], filter: Filter, by: ID, weight: Float, count: Int): Item items: [Item] }
input Filter { id: Long! by: ID weight: Float any: JSON }
type Item @key(fields: "id") { id: Long! code: ID weight: Float count: Int any: JSON many: [Long] dimensions: Dimensions @shareable }
type Dimensions @shareable { area: Long volume: Long }`;
const namesSdl = `${link} scalar Long
type Item @key(fields: "id") { id: Long! name: String dimensions: Dimensions @shareable }
type Dimensions @shareable { area: Long volume: Long }`;

const big = '9007199254740993';

let items: ScriptedSubgraph;
let names: ScriptedSubgraph;
let gateway: RunningGateway;
let url: string;
let itemsAnswer = '';
let namesAnswer = '';

beforeAll(async () => {
  items = await startScriptedSubgraph(({ replyWith }) => replyWith(200, 'application/json', itemsAnswer));
  names = await startScriptedSubgraph(({ replyWith }) => replyWith(200, 'application/json', namesAnswer));
  gateway = await startGateway(
    composeSupergraph([
      { name: 'items', url: items.url, sdl: itemsSdl },
      { name: 'names', url: names.url, sdl: namesSdl },
    ]),
  );
  url = `${gateway.url}/graphql`;
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await Promise.all([items.stop(), names.stop()]);
});
beforeEach(() => {
  itemsAnswer = '{"data":{"item":null}}';
  namesAnswer = '{"data":{"_entities":[{"name":"box"}]}}';
});

/** Sends a query. Returns the text of the response, and the last requests to the two subgraphs. */
async function ask(query: string, variables = '{}'): Promise<{ text: string; toItems: string; toNames: string }> {
  const { text } = await postText(url, `{"query":${JSON.stringify(query)},"variables":${variables}}`);
  return { text, toItems: lastBody(items), toNames: lastBody(names) };
}

function lastBody({ requests }: ScriptedSubgraph): string {
  return String(requests.at(-1)?.body ?? '');
}

describe('numbers of a subgraph', () => {
  test('are exact in the response and as keys of entities', async () => {
    itemsAnswer = `{"data":{"item":{"__typename":"Item","id":${big}}}}`;
    const { text, toNames } = await ask('{ item { id name } }');
    expect(text).toBe(`{"data":{"item":{"id":${big},"name":"box"}}}`);
    expect(toNames).toContain(`"representations":[{"__typename":"Item","id":${big}}]`);
  });

  test('distinguish entities', async () => {
    itemsAnswer = `{"data":{"items":[{"__typename":"Item","id":${big}},{"__typename":"Item","id":9007199254740992}]}}`;
    namesAnswer = '{"data":{"_entities":[{"name":"odd"},{"name":"even"}]}}';
    const { text } = await ask('{ items { id name } }');
    expect(text).toBe(`{"data":{"items":[{"id":${big},"name":"odd"},{"id":9007199254740992,"name":"even"}]}}`);
  });

  test.each([
    ['are exact as an ID, which is a string for clients', 'code', big, `"${big}"`],
    ['are exact as a Float', 'weight', '0.12345678901234567891', '0.12345678901234567891'],
    ['are exact in a custom scalar: a fraction', 'any', '12345678901.2345678901', '12345678901.2345678901'],
    ['are exact in a custom scalar: a list', 'any', `[1,${big}]`, `[1,${big}]`],
    [
      'are exact in a custom scalar: an object',
      'any',
      `{"a":{"b":${big}},"c":"${big}"}`,
      `{"a":{"b":${big}},"c":"${big}"}`,
    ],
    ['are exact in a list of custom scalars', 'many', `[${big},null,1]`, `[${big},null,1]`],
  ])('%s', async (_, field, sent, written) => {
    itemsAnswer = `{"data":{"item":{"${field}":${sent}}}}`;
    expect((await ask(`{ item { ${field} } }`)).text).toBe(`{"data":{"item":{"${field}":${written}}}}`);
  });

  test.each([
    ['an Int', 'count', big],
    ['a Float beyond its range', 'weight', '1e400'],
    ['a custom scalar beyond the range of Float', 'any', '1e400'],
    ['a number inside a custom scalar', 'any', '{"a":[null,1e400]}'],
    ['an object', 'dimensions{area}', big],
  ])('that cannot be passed on are reported as errors: %s', async (_, selection, sent) => {
    const [field = ''] = selection.split('{');
    itemsAnswer = `{"data":{"item":{"${field}":${sent}}}}`;
    const { data, errors } = JSON.parse((await ask(`{ item { ${selection} } }`)).text);
    expect([data, errors[0].path, errors[0].extensions.code]).toEqual([
      { item: { [field]: null } },
      ['item', field],
      'SUBREQUEST_MALFORMED_RESPONSE',
    ]);
  });

  test('are merged with equal numbers of another subgraph', async () => {
    itemsAnswer = `{"data":{"item":{"__typename":"Item","id":${big},"dimensions":{"area":${big},"volume":${big}}}}}`;
    namesAnswer = `{"data":{"_entities":[{"name":"box","dimensions":{"area":${big},"volume":${big}}}]}}`;
    const { text } = await ask('{ item { id name dimensions { area volume } } }');
    expect(text).toBe(`{"data":{"item":{"id":${big},"name":"box","dimensions":{"area":${big},"volume":${big}}}}}`);
  });

  test('are exact in responses that the gateway recognizes', async () => {
    const item = `{"id":${big},"any":{"id":${big},"filling":"${'x'.repeat(2_000)}"},"many":[${big},${big}]}`;
    itemsAnswer = `{"data":{"items":[${item},${item}]}}`;
    for (let time = 0; time < 4; time++) {
      expect((await ask('{ items { id any many } }')).text).toBe(`{"data":{"items":[${item},${item}]}}`);
    }
  });
});

describe('numbers of a client', () => {
  const query = `query($id: Long, $ids: [Long!], $filter: Filter, $by: ID, $weight: Float, $count: Int) {
    item(id: $id, ids: $ids, filter: $filter, by: $by, weight: $weight, count: $count) { id }
  }`;

  test.each([
    ['a custom scalar', `{"id":${big}}`],
    ['a custom scalar beyond the range of a double', '{"id":1e400}'],
    ['a list', `{"ids":[1,${big}]}`],
    ['an input object', `{"filter":{"id":${big},"by":${big},"weight":${big},"any":{"a":[${big}]}}}`],
    ['an ID', `{"by":${big}}`],
    ['a Float', `{"weight":0.12345678901234567891}`],
  ])('reach the subgraph unchanged: %s', async (_, variables) => {
    const { text, toItems } = await ask(query, variables);
    expect(text).toBe('{"data":{"item":null}}');
    expect(toItems).toContain(`"variables":${variables}`);
  });

  test.each([
    ['an Int', `{"count":${big}}`],
    ['a Float beyond its range', '{"weight":1e400}'],
  ])('are refused if they do not fit: %s', async (_, variables) => {
    const { errors } = JSON.parse((await ask(query, variables)).text);
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  test('reach the subgraph unchanged by GET', async () => {
    const search = new URLSearchParams({ query, variables: `{"id":${big}}` });
    await fetch(`${url}?${search}`, { headers: { 'apollo-require-preflight': 'true' } });
    expect(lastBody(items)).toContain(`"variables":{"id":${big}}`);
  });

  test('reach the subgraph unchanged over a websocket', async () => {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    const messages: string[] = [];
    const over = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        messages.push(String(data));
        if (messages.length === 1) {
          socket.send(
            `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":{"id":${big}}}}`,
          );
        } else if (messages.at(-1)?.includes('"complete"')) resolve();
      });
    });
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    await over;
    socket.terminate();
    expect(lastBody(items)).toContain(`"variables":{"id":${big}}`);
  });

  test('in the text of an operation reach the subgraph unchanged', async () => {
    const { toItems } = await ask(
      `query($id: Long = ${big}) { item(id: $id, ids: [${big}], filter: { id: ${big} }) { id } }`,
    );
    expect(toItems.split(big)).toHaveLength(4);
  });
});
