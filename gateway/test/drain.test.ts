import { once } from 'node:events';
import { Agent, get } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { batchesWithin } from '../edges/websocket/batches.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

describe('a gateway that is asked to stop', () => {
  test('finishes requests in flight while readiness is 503, then accepts no more', async () => {
    await using gateway = await startTestGateway({ drain: { delayMs: 300, windowMs: 5_000 } });
    const arrived = gateway.graph.people.arrival();
    const letGo = gateway.graph.people.hold();
    const response = gateway.ask('{ people { name } }');
    await arrived;
    const closed = gateway.gateway.close();
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    letGo();
    expect((await response).data).toEqual({ people: [{ name: 'Ada' }, { name: 'Grace' }] });
    await closed;
    await expect(fetch(`${gateway.url}/health`)).rejects.toThrow();
  });

  test('closes the connection of a request that finishes during the shutdown', async () => {
    await using gateway = await startTestGateway({ drain: { delayMs: 0, windowMs: 60_000 } });
    const arrived = gateway.graph.people.arrival();
    const letGo = gateway.graph.people.hold();
    const response = gateway.ask('{ people { name } }');
    await arrived;
    const closed = gateway.gateway.close();
    letGo();
    expect((await response).status).toBe(200);
    await closed;
  });

  test('closes connections that are still in use after the window', async () => {
    await using gateway = await startTestGateway({ drain: { delayMs: 0, windowMs: 100 } });
    const arrived = gateway.graph.people.arrival();
    const letGo = gateway.graph.people.hold();
    const response = gateway.ask('{ people { name } }').then(
      () => 'completed',
      () => 'cut off',
    );
    await arrived;
    await gateway.gateway.close();
    expect(await response).toBe('cut off');
    letGo();
  });

  test('does not wait for idle keep-alive connections', async () => {
    await using gateway = await startTestGateway({ drain: { delayMs: 0, windowMs: 60_000 } });
    const agent = new Agent({ keepAlive: true });
    const socket = await new Promise<Socket>((resolve) => {
      get(`${gateway.url}/health`, { agent }, (response) => {
        const { socket } = response;
        response.resume().once('end', () => resolve(socket));
      });
    });
    const ended = new Promise((closed) => socket.once('close', closed));
    await gateway.gateway.close();
    await ended;
    agent.destroy();
  });

  test('closes its websockets with 1001, at most 20 at once while the window allows it', async () => {
    await using gateway = await startTestGateway({ drain: { delayMs: 0, windowMs: 60_000 } });
    const closes: number[] = [];
    const sockets = await Promise.all(
      Array.from({ length: 45 }, async () => {
        const socket = new WebSocket(gateway.url.replace('http', 'ws').concat('/graphql'), 'graphql-transport-ws');
        await once(socket, 'open');
        const closed = once(socket, 'close').then(([code]) => closes.push(Number(code)));
        return { closed };
      }),
    );
    await gateway.gateway.close();
    await Promise.all(sockets.map(({ closed }) => closed));
    expect(closes).toEqual(Array.from({ length: 45 }, () => 1001));
    expect(batchesWithin(closes, 60_000).map(({ length }) => length)).toEqual([20, 20, 5]);
  });

  test('closes all websockets within a short time, in larger batches', () => {
    const all = Array.from({ length: 3_000 }, (_, index) => index);
    const batches = batchesWithin(all, 1_000);
    expect(batches.map(({ length }) => length)).toEqual(Array.from({ length: 10 }, () => 300));
    expect(batches.flat()).toEqual(all);
    expect(batchesWithin(all, 0)).toEqual([all]);
    expect(batchesWithin([], 1_000)).toEqual([]);
  });

  test('may be stopped twice without a further effect', async () => {
    await using gateway = await startTestGateway();
    await Promise.all([gateway.gateway.close(), gateway.gateway.close()]);
  });
});
