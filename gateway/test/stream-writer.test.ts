import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from '@jest/globals';
import fastify from 'fastify';
import { StreamWriter } from '../edges/http/stream-writer.ts';
import { Cancellation } from '../pipeline/cancellation.ts';

test('a slow client has one text in the buffer of its connection; the others wait, and cancelled ones are not sent', async () => {
  const app = fastify();
  const size = 5_000_000;
  const [kept, cancelled] = [new Cancellation(), new Cancellation()];
  const started = Promise.withResolvers<{ listeners: number; buffered: () => number; written: Promise<unknown> }>();
  app.get('/', (_request, reply) => {
    const { raw } = reply;
    const writer = new StreamWriter(reply, 'event-stream', { cancellation: new Cancellation(), stallMs: 60_000 });
    const writes = Array.from({ length: 15 }, (_, index) =>
      writer.write(String(index % 10).repeat(size), index === 14 ? cancelled : kept),
    );
    const written = Promise.all(writes).then(() => writer.end('.'));
    started.resolve({ listeners: raw.listenerCount('drain'), buffered: () => raw.writableLength, written });
  });
  try {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const client = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    await once(client, 'readable');
    const { listeners, buffered, written } = await started.promise;
    expect(listeners).toBe(1);
    expect(buffered()).toBeLessThan(1.1 * size);
    cancelled.cancel();
    let length = 0;
    client.on('data', (bytes) => {
      length += bytes.length;
    });
    await Promise.all([written, once(client, 'end')]);
    expect(Math.floor(length / size)).toBe(14);
  } finally {
    await app.close();
  }
});
