import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';
import { type OnceScene, startOnceScene } from './once-scene.ts';
import type { HeldExchange } from './relay.ts';

let scene: OnceScene;
let key: string;
beforeAll(async () => {
  scene = await startOnceScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});
beforeEach(() => {
  scene.received.length = 0;
  key = newId();
});

const book = 'mutation Book($input: BookShipmentInput!) { bookShipment(input: $input) { shipment { id } } }';
const cancel = 'mutation Cancel($input: CancelShipmentInput!) { cancelShipment(input: $input) { shipment { id } } }';
/** The gateway cannot add a key of its own to this input. */
const bookOne = { query: 'mutation { bookShipment(input: { shipmentId: "1" }) { shipment { id } } }' };
const booking = { query: book, variables: { input: { shipmentId: '1' } } };
const codeOf = ({ json }: { json: { errors?: { extensions: { code: string } }[] } }) =>
  json.errors?.[0]?.extensions.code;

describe('a mutation that is sent again with its key', () => {
  test('gets the first response, byte for byte, on every gateway', async () => {
    const first = await scene.send(booking, { key });
    const again = await scene.send(booking, { key });
    const elsewhere = await scene.send(booking, { key, url: scene.urls[1] });
    expect(first).toMatchObject({ status: 200, replayed: false, json: { data: { bookShipment: { shipment: {} } } } });
    expect(again).toEqual({ ...first, replayed: true });
    expect(elsewhere).toEqual(again);
    expect(scene.received).toHaveLength(1);
  });

  test('costs one point', async () => {
    scene.costs.length = 0;
    for (const url of [scene.urls[0], scene.urls[0], scene.urls[1]]) await scene.send(booking, { key, url });
    expect(scene.costs[0]).toBeGreaterThanOrEqual(10);
    expect(scene.costs.slice(1)).toEqual([1, 1]);
  });

  test('gets the first response although the fields of its variables are in another order', async () => {
    const input = { shipmentId: '1', expectedVersion: 2 };
    const first = await scene.send({ query: book, variables: { input } }, { key });
    const reordered = { expectedVersion: 2, shipmentId: '1' };
    const again = await scene.send({ query: book, variables: { input: reordered } }, { key });
    expect(again).toEqual({ ...first, replayed: true });
  });

  test('gets the error of the first, if that one ran', async () => {
    scene.failNext(new Error('disk full'));
    const first = await scene.send(booking, { key });
    expect(codeOf(first)).toBe('DOWNSTREAM_SERVICE_ERROR');
    expect(await scene.send(booking, { key })).toEqual({ ...first, replayed: true });
    expect(scene.received).toHaveLength(1);
  });

  test('runs again after 24 hours', async () => {
    await scene.send(booking, { key });
    await scene.pass('24 hours');
    expect(await scene.send(booking, { key })).toMatchObject({ status: 200, replayed: false });
    expect(scene.received).toHaveLength(2);
  });

  test('runs if the first was refused before it ran', async () => {
    const { status } = await scene.send({ query: book, variables: {} }, { key });
    expect(status).toBe(400);
    expect(await scene.send(booking, { key })).toMatchObject({ status: 200, replayed: false });
  });

  test('runs if the first was refused by its scopes', async () => {
    const as = somebody(['DRIVER']);
    const refused = await scene.send(booking, { key, as });
    expect(codeOf(refused)).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
    const promoted = { ...as, roles: ['PARTNER'] as const };
    expect(await scene.send(booking, { key, as: promoted })).toMatchObject({ status: 200, replayed: false });
  });

  test('runs if the first did not reach its subgraph', async () => {
    const cutOff = await scene.startGateway({ SUBGRAPH_URL_SHIPMENTS: 'http://127.0.0.1:1/graphql' });
    const failed = await scene.send(bookOne, { key, url: cutOff.url });
    await cutOff.close();
    expect(failed).toMatchObject({ status: 503, json: { errors: [{ extensions: { retryable: true } }] } });
    expect(await scene.send(bookOne, { key })).toMatchObject({ status: 200, replayed: false });
    expect(scene.received).toHaveLength(1);
  });

  test('gets OUTCOME_UNKNOWN if the first response was too long to be kept', async () => {
    scene.lengthenIds(300_000);
    const { json } = await scene.send(booking, { key });
    scene.lengthenIds(0);
    expect(json.data.bookShipment.shipment.id).toHaveLength(300_000);
    const again = await scene.send(booking, { key });
    expect(again).toMatchObject({ status: 504, replayed: true });
    expect(codeOf(again)).toBe('OUTCOME_UNKNOWN');
    expect(scene.received).toHaveLength(1);
  });
});

describe.each(['application/json', 'application/graphql-response+json'])(
  'a mutation whose response is lost between subgraph and gateway (%s)',
  (accept) => {
    const headers = { accept };

    test('has an unknown outcome, which its key keeps', async () => {
      scene.shipmentsRelay.loseNext('bookShipment');
      const lost = await scene.send(bookOne, { key, headers });
      expect(lost).toMatchObject({ status: 504, retryAfter: null, replayed: false, json: { data: null } });
      expect(lost.json.errors[0].extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false });
      expect(await scene.send(bookOne, { key, headers })).toEqual({ ...lost, replayed: true });
      expect(scene.received).toHaveLength(1);
    });

    test('may be sent again if its whole input is a variable: the subgraph recognizes it', async () => {
      scene.shipmentsRelay.loseNext('bookShipment');
      const lost = await scene.send(booking, { key, headers });
      expect(lost).toMatchObject({ status: 504, retryAfter: '1' });
      expect(lost.json.errors[0].extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true });
      expect(await scene.send(booking, { key, headers })).toMatchObject({ status: 200, replayed: false });
      const [first, second] = scene.received;
      expect(first).toHaveProperty('idempotencyKey');
      expect(second).toEqual(first);
    });
  },
);

describe('while the first request runs', () => {
  test('a hundred requests over two gateways make one change and get one response', async () => {
    const release = scene.hold();
    const arrived = scene.arrival();
    const sent = Array.from({ length: 100 }, (_, index) =>
      scene.send(booking, { key, url: scene.urls[index % 2] ?? '' }),
    );
    await arrived;
    release();
    const answers = await Promise.all(sent);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(scene.received).toHaveLength(1);
  });

  test('another body is refused at once', async () => {
    const release = scene.hold();
    const arrived = scene.arrival();
    const first = scene.send(booking, { key });
    await arrived;
    const other = { query: book, variables: { input: { shipmentId: '2' } } };
    for (const url of scene.urls) {
      expect(await scene.send(other, { key, url })).toMatchObject({ status: 422, replayed: false });
    }
    release();
    await first;
    expect(scene.received).toHaveLength(1);
  });

  test('a request that can wait no longer is told to come back', async () => {
    const hasty = await scene.startGateway({ REQUEST_TIMEOUT_MS: '200' });
    const release = scene.hold();
    const arrived = scene.arrival();
    const first = scene.send(booking, { key });
    await arrived;
    const late = await scene.send(booking, { key, url: hasty.url });
    expect(late).toMatchObject({ status: 504, json: { errors: [{ extensions: { retryable: true } }] } });
    expect(codeOf(late)).toBe('GATEWAY_TIMEOUT');
    expect(late.retryAfter).toBe('1');
    release();
    const { text } = await first;
    expect(await scene.send(booking, { key, url: hasty.url })).toMatchObject({ text, replayed: true });
    await hasty.close();
    expect(scene.received).toHaveLength(1);
  });

  test('its client may disconnect: the change is made, and the response is kept', async () => {
    const release = scene.hold();
    const arrived = scene.arrival();
    const client = new AbortController();
    const first = scene.send(booking, { key, signal: client.signal });
    await arrived;
    client.abort();
    await expect(first).rejects.toThrow();
    release();
    expect(await scene.send(booking, { key })).toMatchObject({ status: 200, json: { data: { bookShipment: {} } } });
    expect(scene.received).toHaveLength(1);
  });

  test('a gateway that stops finishes it, even if its client has disconnected', async () => {
    const stopping = await scene.startGateway({ DRAIN_DELAY_MS: '0', DRAIN_WINDOW_MS: '0' });
    const release = scene.hold();
    const arrived = scene.arrival();
    const client = new AbortController();
    const first = scene.send(bookOne, { key, url: stopping.url, signal: client.signal });
    await arrived;
    client.abort();
    await expect(first).rejects.toThrow();
    const stopped = stopping.close();
    release();
    await stopped;
    expect(await scene.send(bookOne, { key })).toMatchObject({ status: 200, replayed: true });
    expect(scene.received).toHaveLength(1);
  });
});

test('a slow access subgraph does not use up the key of a mutation that did not run', async () => {
  const sent = [];
  const held: HeldExchange[] = [];
  for (const [part, operation] of [
    ['response', 'GatewayClaimCall'],
    ['request', 'GatewayClaimCall'],
    ['response', 'GatewayBeginCall'],
    ['request', 'GatewayBeginCall'],
  ] as const) {
    const one = scene.accessRelay.holdNext(part, operation);
    sent.push(scene.send(bookOne, { key: `${key}-${held.length}` }));
    held.push(one);
    await one.arrived;
  }
  for (const refused of await Promise.all(sent)) {
    expect([refused.status, codeOf(refused)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(refused.json.errors[0].message).toContain('This request did not run.');
    expect(refused.retryAfter).toBe('1');
  }
  expect(scene.received).toEqual([]);
  const again = () => held.map((_, index) => scene.send(bookOne, { key: `${key}-${index}`, url: scene.urls[1] }));
  for (const { status, replayed } of await Promise.all(again())) expect([status, replayed]).toEqual([200, false]);
  // What arrives late changes nothing.
  await Promise.all(held.map(({ letGo }) => letGo()));
  for (const { status, replayed } of await Promise.all(again())) expect([status, replayed]).toEqual([200, true]);
  expect(scene.received).toHaveLength(held.length);
});

test('after a gateway was killed, no change is made twice, and what it had not begun is made once', async () => {
  const gateway = startProcess(['gateway/server.ts', '--port', '0'], { ...scene.settings, LOG_LEVEL: 'info' });
  const { url } = JSON.parse(await gateway.line('"ready"')) as { url: string };
  const release = scene.hold();
  const lost: Promise<unknown>[] = [];
  for (const [body, sent] of [
    [booking, key],
    [bookOne, `${key}-one`],
  ] as const) {
    const arrived = scene.arrival();
    lost.push(scene.send(body, { key: sent, url }));
    await arrived;
  }
  const begins = scene.accessRelay.holdNext('request', 'GatewayBeginCall');
  lost.push(scene.send(bookOne, { key: `${key}-claimed`, url }));
  await begins.arrived;
  process.kill(gateway.pid, 'SIGKILL');
  for (const { status } of await Promise.allSettled(lost)) expect(status).toBe('rejected');
  await gateway.exitCode;
  release();
  await scene.pass('1 minute');

  // The gateway sends a key of its own along, by which the subgraph recognizes the repeated call.
  expect(await scene.send(booking, { key })).toMatchObject({ status: 200, replayed: false });
  const [first, one, second] = scene.received;
  expect(first?.['idempotencyKey']).toMatch(/^[\x21-\x7e]{8,64}$/);
  expect(second).toEqual(first);
  // It cannot for an input that is part of the document.
  expect(one).not.toHaveProperty('idempotencyKey');
  const unknown = await scene.send(bookOne, { key: `${key}-one` });
  expect(unknown).toMatchObject({ status: 504, json: { data: null } });
  expect(codeOf(unknown)).toBe('OUTCOME_UNKNOWN');
  const again = await scene.send(bookOne, { key: `${key}-one`, url: scene.urls[1] });
  expect(again).toEqual({ ...unknown, replayed: true });
  expect(scene.received).toHaveLength(3);

  // Of the third, it is known that nothing ran.
  expect(await scene.send(bookOne, { key: `${key}-claimed` })).toMatchObject({ status: 200, replayed: false });
  await begins.letGo();
  expect(await scene.send(bookOne, { key: `${key}-claimed` })).toMatchObject({ status: 200, replayed: true });
  expect(scene.received).toHaveLength(4);
});

describe('a key', () => {
  test.each([
    ['variables', { query: book, variables: { input: { shipmentId: '2' } } }],
    ['document', { ...booking, query: book.replace('{ id }', '{ id reference }') }],
    ['operation name', { ...booking, query: `${book} ${book.replace('Book', 'Other')}`, operationName: 'Other' }],
  ])('that was used with another body (%s) is refused', async (_what, other) => {
    await scene.send(booking, { key });
    const refused = await scene.send(other, { key });
    expect(refused).toMatchObject({ status: 422, replayed: false });
    expect(codeOf(refused)).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(scene.received).toHaveLength(1);
  });

  test('belongs to its caller and its mutation', async () => {
    const own = await scene.send(booking, { key });
    const ofOther = await scene.send(booking, { key, as: somebody(['PARTNER']) });
    const cancelling = { query: cancel, variables: { input: { shipmentId: '1', reason: 'Sold out' } } };
    const ofOtherMutation = await scene.send(cancelling, { key });
    for (const { status, replayed } of [own, ofOther, ofOtherMutation])
      expect([status, replayed]).toEqual([200, false]);
    expect(scene.received).toHaveLength(3);
  });

  test('has no effect on a query', async () => {
    const stored = await scene.storedCalls();
    const asked = { query: '{ viewer { id } }' };
    await scene.send(asked, { key });
    expect(await scene.send(asked, { key })).toMatchObject({ status: 200, replayed: false });
    expect(await scene.storedCalls()).toBe(stored);
  });

  test.each(['', 'a b', 'ä', 'x'.repeat(256)])(
    'must have 1 to 255 visible ASCII characters: %j has not',
    async (wrong) => {
      const refused = await scene.send({ ...booking, extensions: { idempotencyKey: wrong } });
      expect(refused).toMatchObject({ status: 400 });
      expect(codeOf(refused)).toBe('BAD_REQUEST');
      expect(scene.received).toEqual([]);
    },
  );

  test('may be in the header and in the extensions, but not two different ones', async () => {
    const refused = await scene.send({ ...booking, extensions: { idempotencyKey: 'another' } }, { key });
    expect([refused.status, codeOf(refused), scene.received]).toEqual([400, 'BAD_REQUEST', []]);
    const accepted = await scene.send({ ...booking, extensions: { idempotencyKey: key } }, { key });
    expect(accepted.status).toBe(200);
  });

  test.each([
    ['signIn', 'mutation { signIn(input: { email: "a@b.example", password: "secret" }) { accessToken } }'],
    ['refreshSession', 'mutation { refreshSession(input: { refreshToken: "secret" }) { refreshToken } }'],
  ])('is not allowed where the response contains secrets: %s', async (_name, query) => {
    const stored = await scene.storedCalls();
    const refused = await scene.send({ query }, { key, as: null });
    expect(refused).toMatchObject({ status: 400 });
    expect(codeOf(refused)).toBe('IDEMPOTENCY_KEY_NOT_ALLOWED');
    expect(await scene.storedCalls()).toBe(stored);
  });

  test('is part of the operation over websockets', async () => {
    const client = createClient({
      url: `${scene.urls[0].replace('http', 'ws')}/graphql`,
      connectionParams: { authorization: `Bearer ${scene.tokenOf(scene.partner)}` },
    });
    const send = async () => {
      for await (const result of client.iterate({ ...booking, extensions: { idempotencyKey: key } })) return result;
      return undefined;
    };
    const first = await send();
    expect(first?.extensions).not.toHaveProperty('idempotentReplayed');
    // There is no header for it.
    expect(await send()).toMatchObject({ data: first?.data, extensions: { idempotentReplayed: true } });
    await client.dispose();
    expect(await scene.send(booking, { key })).toMatchObject({ replayed: true, json: { data: first?.data } });
    expect(scene.received).toHaveLength(1);
  });

  test('of a batch is part of each operation', async () => {
    const keyed = { ...booking, extensions: { idempotencyKey: key } };
    const { json } = await scene.send([keyed, keyed]);
    const shared = await scene.send([booking], { key });
    expect(json[0].data).toEqual(json[1].data);
    const signs = [json[0], json[1]].map(({ extensions }) => extensions.idempotentReplayed);
    expect(signs.toSorted()).toEqual([true, undefined]);
    expect(scene.received).toHaveLength(1);
    expect(shared).toMatchObject({ status: 400, json: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
  });

  test('makes the response of a mutation with @defer one part', async () => {
    const query = book.replace('shipment { id }', 'shipment { ... @defer { id } }');
    const headers = { accept: 'multipart/mixed; deferSpec=20220824, application/json' };
    const first = await scene.send({ ...booking, query }, { key, headers });
    expect(first).toMatchObject({ json: { data: { bookShipment: { shipment: { id: expect.any(String) } } } } });
  });
});

describe('the access subgraph', () => {
  let small: OnceScene;
  beforeAll(async () => {
    small = await startOnceScene({ maxIdempotencyKeys: 2 });
  });
  afterAll(async () => {
    await small[Symbol.asyncDispose]();
  });

  test('keeps a limited number of keys for a caller, who learns when it has room again', async () => {
    await small.send(booking, { key: 'key-1' });
    await small.pass('23 hours');
    await small.send(booking, { key: 'key-2' });
    const refused = await small.send(booking, { key: 'key-3' });
    expect(refused).toMatchObject({ status: 429, json: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } });
    expect(refused.json.errors[0].extensions.retryAfterSeconds).toBeLessThanOrEqual(3_600);
    expect(await small.send(booking, { key: 'key-1' })).toMatchObject({ status: 200, replayed: true });
    expect(await small.send(booking, { key: 'key-3', as: somebody(['PARTNER']) })).toMatchObject({ status: 200 });
    await small.pass('1 hour');
    expect(await small.send(booking, { key: 'key-3' })).toMatchObject({ status: 200, replayed: false });
  });

  test('deletes calls after 24 hours', async () => {
    await small.send(booking, { key: 'key-4', as: somebody(['PARTNER']) });
    await small.pass('24 hours');
    await small.doChores();
    expect(await small.storedCalls()).toBe(0);
  });

  test('has fields for gateways that clients cannot select', async () => {
    const query = 'mutation { releaseIdempotentCall(input: { id: "1", holder: "1", keep: false }) }';
    expect(codeOf(await small.send({ query }))).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('may go away during a mutation, whose client still gets the response', async () => {
    const release = small.hold();
    const arrived = small.arrival();
    const sent = small.send(booking, { key, as: somebody(['PARTNER']) });
    await arrived;
    await small.stopAccess();
    release();
    expect(await sent).toMatchObject({ status: 200, replayed: false, json: { data: { bookShipment: {} } } });
  });

  test('is required: while it is away, a mutation with a key is refused and does not run', async () => {
    small.received.length = 0;
    const refused = await small.send(booking, { key: 'key-5' });
    expect(refused).toMatchObject({ status: 503, json: { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] } });
    expect(small.received).toEqual([]);
    expect(await small.send(booking)).toMatchObject({ status: 200 });
  });
});
