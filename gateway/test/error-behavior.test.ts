import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.graph.parcels.close();
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** `parcels` is a non-null field whose subgraph is away. */
const query = '{ parcels { id } echo(text: "fine") }';
const send = (body: object, to = gateway) => to.send(JSON.stringify(body));

test('a client chooses by "onError" in a POST', async () => {
  expect(await send({ query })).toMatchObject({ data: null, errors: [{ path: ['parcels'] }] });
  expect(await send({ query, onError: 'NULL' })).toMatchObject({
    data: { parcels: null, echo: 'fine' },
    errors: [{ path: ['parcels'] }],
  });
  expect(await send({ query, onError: 'HALT' })).toMatchObject({ data: null, errors: [{ path: ['parcels'] }] });
});

test('"onError" works in a GET and over a websocket, too', async () => {
  const address = `${gateway.url}/graphql?query=${encodeURIComponent(query)}&onError=NULL`;
  const response = await fetch(address, { headers: { 'graphql-require-preflight': '1' } });
  expect(await response.json()).toMatchObject({ data: { parcels: null, echo: 'fine' } });

  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const next = new Promise((resolve) => {
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (text) => {
      const message = JSON.parse(String(text));
      if (message.type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, onError: 'NULL' } }));
      } else resolve(message.payload);
    });
  });
  expect(await next).toMatchObject({ data: { parcels: null, echo: 'fine' } });
  socket.terminate();
});

test('another value is refused', async () => {
  for (const onError of ['null', 'IGNORE', 1]) {
    expect(await send({ query, onError })).toMatchObject({
      status: 400,
      errors: [{ message: '"onError" must be one of PROPAGATE, NULL, HALT.', extensions: { code: 'BAD_REQUEST' } }],
    });
  }
});

test('@apollo/gateway supports PROPAGATE only', async () => {
  await using apollo = await startTestGateway({ engine: 'apollo' });
  const echo = '{ echo(text: "fine") }';
  expect(await send({ query: echo, onError: 'PROPAGATE' }, apollo)).toMatchObject({ data: { echo: 'fine' } });
  expect(await send({ query: echo, onError: 'NULL' }, apollo)).toMatchObject({
    errors: [{ extensions: { code: 'BAD_REQUEST' } }],
  });
});
