import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { endOfLog, startOfLog } from '#shared/identity/log-position.ts';
import { type CuttableLine, openCuttableLine } from '#shared/test/cuttable-line.ts';
import { type RedisServer, redisIsAvailable, startRedis } from '#shared/test/redis-server.ts';
import { post } from '../../client/post.ts';
import { RedisPositions } from '../access/written/redis-positions.ts';
import { OwnPositions } from '../access/written/written-positions.ts';
import { composeSupergraph } from '../supergraph/compose.ts';
import { type RunningGateway, startGateway } from '../testing/running-gateway.ts';
import { type ScriptedSubgraph, startScriptedSubgraph } from '../testing/scripted-subgraph.ts';

const sdl = 'type Query { docks: Int } type Mutation { addDock: Int }';
const early = '0000000100000000000000a0';
const late = '0000000100000000000000b0';

describe('a gateway in front of subgraphs with standbys', () => {
  let subgraph: ScriptedSubgraph;
  let gateway: RunningGateway;
  /** The subgraph's response to the next mutation. */
  let written: object;

  beforeAll(async () => {
    subgraph = await startScriptedSubgraph(({ body, reply, replyWith }) => {
      if (!body.includes('mutation')) reply({ data: { docks: 1 } });
      else if ('written' in written) reply({ data: { addDock: 1 }, extensions: written });
      else replyWith(500, 'text/plain', 'lost');
    });
    const supergraph = composeSupergraph([{ name: 'docks', url: subgraph.url, sdl }]);
    gateway = await startGateway(supergraph, { readReplicas: true, trustedProxies: ['127.0.0.1'] });
  });
  beforeEach(() => {
    written = { written: late };
  });
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]();
    await subgraph?.[Symbol.asyncDispose]();
  });

  const send = (query: string, address: string, headers: Record<string, string> = {}) =>
    post(`${gateway.url}/graphql`, JSON.stringify({ query }), { headers: { 'x-forwarded-for': address, ...headers } });

  /** From which position on a standby may answer the latest request to the subgraph; undefined = only the primary may. */
  const readAfter = () => /^x-read-after: (\w+)$/im.exec(subgraph.requests.at(-1)?.headers ?? '')?.[1];

  test('a standby may answer a caller who has written nothing', async () => {
    await send('{ docks }', '192.0.2.1');
    expect(readAfter()).toBe(startOfLog);
  });

  test('a caller who has written reads after its write, and others do not wait for it', async () => {
    await send('mutation { addDock }', '192.0.2.2');
    await send('{ docks }', '192.0.2.2');
    expect(readAfter()).toBe(late);
    await send('{ docks }', '192.0.2.3');
    expect(readAfter()).toBe(startOfLog);
  });

  test('a mutation is answered by the primary', async () => {
    await send('mutation { addDock }', '192.0.2.4');
    expect(readAfter()).toBeUndefined();
  });

  test('a client that moves to another region takes its position along', async () => {
    const { headers } = await send('mutation { addDock }', '192.0.2.5');
    expect(headers.get('freight-read-after')).toBe(late);
    await send('{ docks }', '192.0.2.6', { 'freight-read-after': late });
    expect(readAfter()).toBe(late);
    await send('{ docks }', '192.0.2.6', { 'freight-read-after': 'yesterday' });
    expect(readAfter()).toBe(startOfLog);
  });

  test('after a mutation whose outcome is unknown, the primary answers', async () => {
    written = {};
    await send('mutation { addDock }', '192.0.2.7');
    await send('{ docks }', '192.0.2.7');
    expect(readAfter()).toBe(endOfLog);
  });

  test('a position of another release counts as unknown', async () => {
    written = { written: '00000000000000b0' };
    await send('mutation { addDock }', '192.0.2.9');
    await send('{ docks }', '192.0.2.9');
    expect(readAfter()).toBe(endOfLog);
  });

  test('the response to a mutation does not show what is only for gateways', async () => {
    const response = await send('mutation { addDock }', '192.0.2.8');
    expect(response.data).toEqual({ addDock: 1 });
    expect(response.extensions).toBeUndefined();
  });
});

test('without READ_REPLICAS only the primary answers', async () => {
  await using subgraph = await startScriptedSubgraph(({ reply }) => reply({ data: { docks: 1 } }));
  const supergraph = composeSupergraph([{ name: 'docks', url: subgraph.url, sdl: 'type Query { docks: Int }' }]);
  await using gateway = await startGateway(supergraph);
  await post(`${gateway.url}/graphql`, JSON.stringify({ query: '{ docks }' }));
  expect(subgraph.requests[0]?.headers).not.toContain('x-read-after');
});

describe('the writes of callers are remembered', () => {
  test('until a minute has passed', async () => {
    let now = 1;
    const positions = new OwnPositions({ now: () => now });
    await positions.note('Ada', late);
    await positions.note('Ada', early);
    now += 59_000;
    expect(await positions.latestOf(['Ada', 'Grace'])).toBe(late);
    now += 2_000;
    expect(await positions.latestOf(['Ada'])).toBe(startOfLog);
  });

  test('also those of more callers than a gateway remembers, by one position for all of them', async () => {
    const positions = new OwnPositions({ max: 1 });
    await positions.note('Ada', early);
    await positions.note('Grace', late);
    expect(await positions.latestOf(['Ada'])).toBe(early);
    expect(await positions.latestOf(['Grace'])).toBe(late);
  });
});

(redisIsAvailable ? describe : describe.skip)('gateways with one Redis', () => {
  let server: RedisServer;
  let line: CuttableLine;
  const gateways: Redis[] = [];

  let now = 0;

  beforeAll(async () => {
    server = await startRedis();
    line = await openCuttableLine(server.url);
    for (const url of [server.url, line.url])
      gateways.push(
        new Redis(url, { maxRetriesPerRequest: 0, enableOfflineQueue: true, commandTimeout: 200 }).on(
          'error',
          () => {},
        ),
      );
  });
  afterEach(async () => {
    await line.mend();
    await isBack();
  });
  afterAll(async () => {
    for (const redis of gateways) redis.disconnect();
    await line?.close();
    await server?.stop();
  });

  const positions = () => gateways.map((redis) => new RedisPositions(redis, () => now));
  /** Resolves when the second gateway has Redis again. */
  const isBack = async () => {
    while ((await gateways[1]?.ping().catch(() => '')) !== 'PONG');
  };

  /** Resolves when a gateway knows that Redis responds. */
  const responds = async (gateway: RedisPositions | undefined) => {
    while ((await gateway?.latestOf(['nobody'])) === endOfLog) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  test('know what was written through another one', async () => {
    const [one, other] = positions();
    await one?.note('Ada', late);
    await other?.note('Ada', early);
    expect(await other?.latestOf(['Grace', 'Ada'])).toBe(late);
    expect(await other?.latestOf(['Grace'])).toBe(startOfLog);
  });

  test('let the primary answer while Redis is away, and until nothing is missing there after that', async () => {
    const [, other] = positions();
    await line.cut();
    await other?.note('Edsger', late); // nobody else hears of it
    expect(await other?.latestOf(['Edsger'])).toBe(endOfLog);
    await line.mend();
    await isBack();
    expect(await other?.latestOf(['Edsger'])).toBe(endOfLog);
    now += 61_000;
    await responds(other);
    expect(await other?.latestOf(['Grace'])).toBe(startOfLog);
  });

  test('let the primary answer while Redis is silent, and know all writes once it responds', async () => {
    const [one, other] = positions();
    line.freeze();
    await other?.note('Niklaus', late);
    expect(await other?.latestOf(['Niklaus'])).toBe(endOfLog);
    await line.mend();
    await responds(other);
    for (const gateway of [one, other]) {
      expect(await gateway?.latestOf(['Niklaus'])).toBe(late);
      expect(await gateway?.latestOf(['Grace'])).toBe(startOfLog);
    }
  });

  test('that lose Redis alone cannot tell the others what was written through them', async () => {
    const [one, other] = positions();
    await line.cut();
    await other?.note('Tony', late);
    // The caller's query may meet a standby that is behind, unless it carries `freight-read-after`.
    expect(await one?.latestOf(['Tony'])).toBe(startOfLog);
    // Through the gateway that knows of it, the primary answers.
    expect(await other?.latestOf(['Tony'])).toBe(endOfLog);
    // The others go on as before.
    await one?.note('Barbara', late);
    expect(await one?.latestOf(['Barbara'])).toBe(late);
  });

  test('let the primary answer after Redis has lost what it knew, also those that asked nothing meanwhile', async () => {
    const [one, other] = positions();
    await one?.note('Barbara', late);
    await line.cut();
    await gateways[0]?.flushall();
    await line.mend();
    await isBack();
    expect(await other?.latestOf(['Barbara'])).toBe(endOfLog);
  });

  test('let no query wait for a Redis that has just not responded, and ask it by one command', async () => {
    const [, other] = positions();
    line.freeze();
    await other?.latestOf(['Ada']);
    const sent = await commandsSent(() => Promise.all([other?.latestOf(['Ada']), other?.latestOf(['Ada'])]));
    expect(sent).toEqual(['get']);
  });

  /** The commands that the second gateway sends meanwhile. */
  async function commandsSent(run: () => Promise<unknown> | undefined): Promise<readonly string[]> {
    const sent: string[] = [];
    const [, redis] = gateways;
    const send = redis?.sendCommand;
    if (!redis || !send) throw new Error('There is no second gateway.');
    redis.sendCommand = (command, ...rest) => {
      sent.push(command.name);
      return send.call(redis, command, ...rest);
    };
    await run();
    redis.sendCommand = send;
    return sent;
  }
});
