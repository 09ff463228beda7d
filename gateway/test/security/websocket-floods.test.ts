import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { type LiveGateway, startLiveGateway, watchQuery } from '../../testing/live-gateway.ts';

let live: LiveGateway;
beforeAll(async () => {
  live = await startLiveGateway({ maxSocketsPerClient: 10 });
});
afterAll(() => live[Symbol.asyncDispose]());

const subscribe = (id: string) => ({
  id,
  type: 'subscribe',
  payload: { query: watchQuery, variables: { ids: ['7'] } },
});

describe('one websocket that sends', () => {
  test.each<[string, (socket: WebSocket, count: number) => void, number, string]>([
    ['ping messages', (socket) => send(socket, { type: 'ping' }), 1008, 'Too many messages that begin no operation'],
    ['ping frames', (socket) => socket.ping(), 1008, 'Too many messages that begin no operation'],
    ['pong messages', (socket) => send(socket, { type: 'pong' }), 1008, 'Too many messages that begin no operation'],
    [
      'complete messages',
      (socket, count) => send(socket, { type: 'complete', id: String(count) }),
      1008,
      'Too many messages that begin no operation',
    ],
    [
      'long ping messages',
      (socket) => send(socket, { type: 'ping', payload: { text: 'x'.repeat(10_000) } }),
      1008,
      'A message that begins no operation has at most 4096 bytes',
    ],
    [
      'long ids',
      (socket) => send(socket, subscribe('x'.repeat(201))),
      4400,
      'The id of an operation has at most 200 characters',
    ],
    [
      'one id several times',
      (socket) => send(socket, subscribe('€'.repeat(200))),
      4409,
      'An operation with this id is already running',
    ],
    ['messages that are not JSON', (socket) => socket.send('{'), 4400, 'Invalid message received'],
    [
      'ping messages of many levels',
      (socket) => socket.send(`{"type":"ping","payload":{"a":${'['.repeat(1_000)}`),
      4400,
      'Invalid message received',
    ],
    ['binary noise', (socket) => socket.send(Buffer.alloc(1_000, 0xff)), 4400, 'Invalid message received'],
    [
      'connection_init again',
      (socket) => send(socket, { type: 'connection_init' }),
      4429,
      'Too many initialisation requests',
    ],
  ])('%s is closed with a code for the reason, and others are served', async (_what, flood, code, reason) => {
    const socket = await live.socket();
    const closed = once(socket, 'close');
    for (let count = 0; count < 300; count++) flood(socket, count);
    const [closeCode, closeReason] = await closed;
    expect([closeCode, String(closeReason)]).toEqual([code, reason]);
    await expectServed();
  });
});

test.each<[string, (socket: WebSocket) => void]>([
  ['a huge frame', (socket) => socket.send('x'.repeat(2_000_000))],
  [
    'endless fragments',
    (socket) => {
      for (let count = 0; count < 40; count++) socket.send('x'.repeat(50_000), { fin: false });
    },
  ],
])('%s end the connection at the size of a body, and others are served', async (_what, flood) => {
  const socket = await live.socket();
  const closed = once(socket, 'close');
  flood(socket);
  expect((await closed)[0]).toBe(1009);
  await expectServed();
});

test('websockets without connection_init count as open, so that one address cannot open ever more of them', async () => {
  const silent = Array.from(
    { length: 40 },
    () => new WebSocket(live.url.replace('http', 'ws'), 'graphql-transport-ws'),
  );
  const statuses = await Promise.all(silent.map(statusOf));
  expect(Object.groupBy(statuses, String)).toMatchObject({ 101: { length: 10 }, 429: { length: 30 } });
  const closed = silent
    .filter(({ readyState }) => readyState === WebSocket.OPEN)
    .map((socket) => once(socket, 'close'));
  for (const socket of silent) socket.terminate();
  await Promise.all(closed);
});

function send(socket: WebSocket, message: object): void {
  socket.send(JSON.stringify(message));
}

function statusOf(socket: WebSocket): Promise<number | undefined> {
  socket.on('error', () => {});
  const opened = once(socket, 'open').then(() => 101);
  return Promise.race([opened, once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode)]);
}

/** The gateway has freed the place of the socket that it closed, and runs operations. */
async function expectServed(): Promise<void> {
  const socket = await live.socket();
  const first = once(socket, 'message');
  send(socket, { id: '1', type: 'subscribe', payload: { query: '{ __typename }' } });
  expect(JSON.parse(String((await first)[0]))).toMatchObject({ payload: { data: { __typename: 'Query' } } });
  await live.closeSockets();
}
