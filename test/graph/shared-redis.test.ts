import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { Redis } from 'ioredis';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { createLog } from '#shared/runtime/log.ts';
import { somebody } from '#shared/test/harness.ts';
import { signatureHeaders, withSecret } from '../../client/examples/sign-request.ts';
import { openSharedRedis } from '../../gateway/access/control/shared-redis.ts';
import { Cancellation } from '../../gateway/pipeline/cancellation.ts';
import { asBegun, type CallRecords, type FoundCall } from '../../gateway/pipeline/once/call-records.ts';
import { CallsOnce } from '../../gateway/pipeline/once/calls-once.ts';
import { ResponseBody } from '../../gateway/pipeline/response-body.ts';
import type { Checked } from '../../gateway/pipeline/stages.ts';
import { type CuttableLine, openCuttableLine } from '../../subgraphs/shared/test/cuttable-line.ts';
import { type RedisServer, redisIsAvailable, startRedis } from '../../subgraphs/shared/test/redis-server.ts';
import { type OnceScene, startOnceScene } from './once-scene.ts';

/** Two gateways that read the access snapshot every hour, and hear of changes through Redis. */
let server: RedisServer;
let line: CuttableLine;
let scene: OnceScene;
let partner: Identity;

const describeWithRedis = redisIsAvailable ? describe : describe.skip;

beforeAll(async () => {
  if (!redisIsAvailable) return;
  server = await startRedis();
  line = await openCuttableLine(server.url);
  scene = await startOnceScene({ redisUrl: line.url });
  partner = await scene.newPartner('Shared');
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await line?.close();
  await server?.stop();
});

interface Issued {
  readonly id: string;
  readonly text: string;
  readonly signingSecret: string;
}

async function createKey(input: object = {}): Promise<Issued> {
  const query =
    'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { key signingSecret apiKey { id } userErrors { message } } }';
  const variables = { input: { idempotencyKey: newId(), name: 'Test', ...input } };
  const { json } = await scene.send({ query, variables }, { as: partner });
  expect(json.data.createApiKey.userErrors).toEqual([]);
  const { key: text, signingSecret, apiKey } = json.data.createApiKey;
  return { id: apiKey.id, text, signingSecret };
}

async function revoke({ id }: Issued): Promise<void> {
  const query = `mutation { revokeApiKey(input: { apiKeyId: "${id}" }) { userErrors { message } } }`;
  expect((await scene.send({ query }, { as: partner })).json.data.revokeApiKey.userErrors).toEqual([]);
}

const withKey = ({ text }: Issued, url: string) => ({ as: null, url, headers: { 'x-api-key': text } });

/** Sends requests until the gateway answers one with this status. Only a message makes it read the snapshot meanwhile. */
async function untilStatus(key: Issued, url: string, status: number): Promise<void> {
  const query = { query: '{ viewer { id } }' };
  while ((await scene.send(query, withKey(key, url))).status !== status);
}

const booking = (shipmentId = newId()) => ({
  query: 'mutation Book($input: BookShipmentInput!) { bookShipment(input: $input) { shipment { id } } }',
  variables: { input: { shipmentId } },
});

/** The headers of a signed request. */
function signed({ id, signingSecret }: Issued, body: object): Record<string, string> {
  const request = { url: `${scene.urls[0]}/graphql`, body: JSON.stringify(body), apiKeyId: id };
  return signatureHeaders(request, withSecret(signingSecret));
}

const codeOf = ({ json }: { json: { errors?: { extensions: { code: string } }[] } }) =>
  json.errors?.[0]?.extensions.code;

describeWithRedis('gateways with one Redis', () => {
  test('accept a new key and refuse a revoked one at once, although they read the snapshot every hour', async () => {
    const key = await createKey();
    for (const url of scene.urls) await untilStatus(key, url, 200);
    await revoke(key);
    for (const url of scene.urls) await untilStatus(key, url, 401);
  });

  test('refuse a signed request that another gateway has carried out', async () => {
    const key = await createKey({ requireSignature: true });
    for (const url of scene.urls) await untilStatus(key, url, 200);
    const body = booking();
    const [first, second] = scene.urls;
    const headers = { 'x-api-key': key.text, ...signed(key, body) };
    expect((await scene.send(body, { as: null, url: first, headers })).status).toBe(200);
    const again = await scene.send(body, { as: null, url: second, headers });
    expect([again.status, codeOf(again)]).toEqual([401, 'SIGNATURE_INVALID']);
    expect(again.json.errors[0].message).toContain('A request with this nonce was received before.');
  });

  test('give an API key the response of its first request, on every gateway, for one point', async () => {
    const key = await createKey();
    for (const url of scene.urls) await untilStatus(key, url, 200);
    const [body, idempotencyKey] = [booking(), newId()];
    const free = scene.hold();
    const before = scene.received.length;
    const arrived = scene.arrival();
    const answers = scene.urls.map((url) => scene.send(body, { ...withKey(key, url), key: idempotencyKey }));
    await arrived;
    free();
    const [first, second] = await Promise.all(answers);
    expect(first?.text).toBe(second?.text);
    expect([first?.replayed, second?.replayed].toSorted()).toEqual([false, true]);
    expect(scene.received.length).toBe(before + 1);
    scene.costs.length = 0;
    await scene.send(body, { ...withKey(key, scene.urls[1]), key: idempotencyKey });
    expect(scene.costs).toEqual([1]);
  });

  test('wake a request that waits for a call of another gateway', async () => {
    const log = createLog('gateway', 'silent');
    const connections = [openSharedRedis(server.url, log), openSharedRedis(server.url, log)];
    const redis = new Redis(server.url);
    try {
      const records = recordsOfOneCall();
      const hour = 3_600_000;
      const pauses = { firstMs: hour, longestMs: hour, renewalMs: hour };
      const [runs, waits] = connections.map(({ messages }) => new CallsOnce(records, hour, messages, pauses));
      const gateways = scene.urls.length;
      const listeners = async () => Number((await redis.pubsub('NUMSUB', 'gateway.call.finished'))[1]);
      while ((await listeners()) < gateways + connections.length);
      for (const { commands } of connections) {
        const isReady = () => commands.set('ready', '', 'PX', 1, 'NX').then(Boolean, () => false);
        while (!(await isReady())) await redis.ping();
      }
      const checked = keyedMutation();
      const execution = Promise.withResolvers<void>();
      const first = runs!.respond(checked, runs!.find(checked)!, {
        pay: async () => {},
        async run() {
          await execution.promise;
          const body = new ResponseBody('{"data":{"book":true}}');
          return { body, errors: [], failureStatus: undefined, replayed: false, cost: 10, extensions: undefined };
        },
      });
      await records.whenClaimed(1);
      const second = waits!.respond(checked, waits!.find(checked)!, {
        pay: () => Promise.reject(new Error('it was paid twice')),
        run: () => Promise.reject(new Error('it ran twice')),
      });
      await records.whenClaimed(2);
      execution.resolve();
      expect(String((await first).body.read())).toBe('{"data":{"book":true}}');
      const replay = await second;
      expect([String(replay.body.read()), replay.replayed]).toEqual(['{"data":{"book":true}}', true]);
    } finally {
      redis.disconnect();
      for (const connection of connections) connection.close();
    }
  });

  test('go on without Redis: budgets, keyed mutations and the snapshot; signed requests wait for it', async () => {
    const [key, signing] = [await createKey(), await createKey({ requireSignature: true })];
    for (const url of scene.urls) for (const one of [key, signing]) await untilStatus(one, url, 200);
    await line.cut();
    // It starts without Redis, too.
    const third = await scene.startGateway({ ACCESS_SNAPSHOT_INTERVAL_MS: '50' });
    try {
      const [body, idempotencyKey] = [booking(), newId()];
      const before = scene.received.length;
      const urls = [...scene.urls, third.url];
      const answers = [];
      for (const url of urls) answers.push(await scene.send(body, { ...withKey(key, url), key: idempotencyKey }));
      expect(answers.map(({ status, replayed }) => [status, replayed])).toEqual([
        [200, false],
        [200, true],
        [200, true],
      ]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(scene.received.length).toBe(before + 1);
      scene.costs.length = 0;
      await scene.send({ query: '{ viewer { id } }' }, withKey(key, scene.urls[0]));
      expect(scene.costs).toEqual([1]);

      const unchecked = booking();
      const send = () => {
        const headers = { 'x-api-key': signing.text, ...signed(signing, unchecked) };
        return scene.send(unchecked, { as: null, headers });
      };
      const refused = await send();
      expect([refused.status, codeOf(refused)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect(scene.received.length).toBe(before + 1);

      // Without a message, the gateway that polls often knows it first.
      await revoke(key);
      await untilStatus(key, third.url, 401);
      await line.mend();
      while ((await send()).status !== 200);
    } finally {
      await third.close();
    }
  });
});

/** Records of one call in this process. */
function recordsOfOneCall(): CallRecords & { whenClaimed(times: number): Promise<void> } {
  let claims = 0;
  let found: FoundCall = { state: 'CLAIMED', held: { id: 'call', holder: 'gateway' } };
  const waiting: { times: number; resolve: () => void }[] = [];
  return {
    async claim() {
      claims += 1;
      for (const { times, resolve } of waiting) if (claims >= times) resolve();
      const now = found;
      if (now.state === 'CLAIMED') found = { state: 'RUNNING' };
      return now;
    },
    begin: async (_checked, held) => asBegun(held),
    async finish(_checked, _call, { status, body }) {
      found = { state: 'FINISHED', status, body };
      return true;
    },
    release: () => Promise.reject(new Error('the call was released')),
    async whenClaimed(times) {
      if (claims < times) await new Promise<void>((resolve) => waiting.push({ times, resolve }));
    },
  };
}

function keyedMutation(): Checked {
  const document = parse('mutation { book }');
  const [operation] = document.definitions;
  const generation = {
    onceTraits: { secretResults: new Set(), keyedInputs: new Set() },
    retain: () => {},
    release: () => {},
  };
  const caller = { identity: somebody(['PARTNER']) };
  // The calls read no other parts.
  return {
    ...{ document, operation, generation, caller, source: 'mutation { book }', variables: {}, idempotencyKey: newId() },
    ...{ address: '127.0.0.1', startedAt: performance.now(), cancellation: new Cancellation(), onError: 'PROPAGATE' },
  } as unknown as Checked;
}
