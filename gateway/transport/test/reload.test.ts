import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { startScriptedSubgraph } from '../../testing/scripted-subgraph.ts';
import { client, failureOf, query, world } from './harness.ts';

test('a reload that changes nothing keeps connections and requests in flight', async () => {
  await using w = await world((request, count) => {
    if (count === 1) w.transport.update({ cargo: { url: w.subgraph.url } });
    request.reply({ data: { port: request.socket.remotePort } });
  });
  const first = await w.transport.fetch(query(), client());
  await setImmediate(); // the connection is free again one turn after its response
  expect(await w.transport.fetch(query(), client())).toEqual(first); // the same connection
});

test('a subgraph that moves gets requests at its new address, while those in flight end at the old one', async () => {
  await using next = await startScriptedSubgraph((request) => request.reply({ data: { at: 'new' } }));
  await using w = await world((request) => {
    w.transport.update({ cargo: { url: next.url } });
    request.reply({ data: { at: 'old' } });
  });
  expect(await w.transport.fetch(query(), client())).toEqual({ data: { at: 'old' } });
  expect(await w.transport.fetch(query(), client())).toEqual({ data: { at: 'new' } });
});

test('a removed subgraph still serves operations planned before the reload', async () => {
  await using w = await world((request) => request.reply({ data: { a: 1 } }));
  w.transport.update({});
  expect(await w.transport.fetch(query(), client())).toEqual({ data: { a: 1 } });
});

test('a request to an unknown subgraph fails with a code', async () => {
  await using w = await world(() => {});
  const asked = w.transport.fetch({ ...query(), subgraph: 'nowhere' }, client());
  await expect(asked).rejects.toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', subgraph: 'nowhere' });
});

test('closing waits for requests in flight and refuses new ones', async () => {
  await using w = await world((request) => {
    const closing = w.transport.close();
    request.reply({ data: { a: 1 } });
    closed.push(closing);
  });
  const closed: Promise<void>[] = [];
  expect(await w.transport.fetch(query(), client())).toEqual({ data: { a: 1 } });
  await closed[0];
  await failureOf(w.transport.fetch(query(), client()));
});
