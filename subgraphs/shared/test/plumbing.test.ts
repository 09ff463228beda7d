import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { post } from '../../../client/post.ts';
import { createTransact } from '../database/transaction.ts';
import { anonymous, identityHeader } from '../identity/identity.ts';
import { newId } from '../ids.ts';
import { openSubgraph } from '../server.ts';
import {
  createTestDatabase,
  identityToken,
  somebody,
  startTestSubgraph,
  type TestDatabase,
  type TestSubgraph,
} from './harness.ts';
import { NoteEntity, sampleSubgraph } from './sample.ts';

const write =
  'mutation W($text: String!) { writeNote(input: { text: $text }) { note { id text } userErrors { code field message } } }';
interface Written {
  writeNote: { note: { id: string; text: string } | null; userErrors: { code: string }[] };
}
const dispatcher = somebody(['DISPATCHER']);

describe('a subgraph', () => {
  let database: TestDatabase;
  let notes: TestSubgraph<never>;

  beforeAll(async () => {
    database = await createTestDatabase();
    notes = (await startTestSubgraph(sampleSubgraph('shipments'), { database })) as unknown as TestSubgraph<never>; // its context does not matter
  });
  afterAll(async () => {
    await notes.close();
    await database.drop();
  });

  test('returns the written row for a mutation, a query and a reference', async () => {
    const written = await notes.ask<Written>(dispatcher, write, { text: 'hello' });
    expect(written.errors).toEqual([]);
    const id = written.data?.writeNote.note?.id;
    const read = await notes.ask(
      anonymous,
      'query($id: ID!, $r: [_Any!]!) { note(id: $id) { text } _entities(representations: $r) { ... on Note { text } } }',
      {
        id,
        r: [{ __typename: 'Note', id }],
      },
    );
    expect(read.data).toEqual({ note: { text: 'hello' }, _entities: [{ text: 'hello' }] });
  });

  test('leaves a null at the position of an error only if the gateway sends "onError": "NULL"', async () => {
    const headers = { [identityHeader]: identityToken('shipments', dispatcher) };
    const query = 'mutation { writeNote(input: { text: "boom" }) { note { id } } }';
    const send = (body: object) => post(notes.url, JSON.stringify(body), { headers });
    const errors = [{ path: ['writeNote'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
    expect(await send({ query, onError: 'NULL' })).toMatchObject({ data: { writeNote: null }, errors });
    expect(await send({ query })).toMatchObject({ data: null, errors });
  });

  test('refuses a request without the signature of the gateway', async () => {
    expect(await post(notes.url, '{"query":"{ __typename }"}')).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('refuses an identity that the gateway signed for another subgraph', async () => {
    const asked = (subgraph: string) =>
      post(notes.url, '{"query":"{ __typename }"}', {
        headers: { [identityHeader]: identityToken(subgraph, dispatcher) },
      });
    expect([(await asked('shipments')).status, (await asked('fleet')).status]).toEqual([200, 401]);
  });

  test('names the role that an account lacks', async () => {
    const { errors } = await notes.ask(somebody(['DRIVER']), write, { text: 'x' });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('DISPATCHER') },
    ]);
  });

  test('returns userErrors for refusals that the caller can correct', async () => {
    const { data, errors } = await notes.ask<Written>(dispatcher, write, { text: '' });
    expect(errors).toEqual([]);
    expect(data?.writeNote).toMatchObject({ note: null, userErrors: [{ code: 'INVALID_INPUT', field: ['text'] }] });
  });

  test('masks unexpected errors', async () => {
    const { errors } = await notes.ask(dispatcher, write, { text: 'boom' });
    expect(errors).toMatchObject([
      {
        message: 'Internal server error',
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
      },
    ]);
    expect(JSON.stringify(errors)).not.toContain('secret');
  });

  test('waits until another subgraph has handled what it changed before, and tells if that takes too long', async () => {
    const neighbour = await openSubgraph(
      sampleSubgraph('fleet', {
        'shipment.rated': async ({ em }, { shipmentId }) => {
          em.create(NoteEntity, { id: shipmentId, text: 'copied', seen: 1 });
        },
      }),
      { databaseUrl: database.urlFor('fleet'), live: notes.live, log: pino({ level: 'silent' }) },
    );
    try {
      const { data } = await notes.ask<Written>(dispatcher, write, { text: 'first' });
      const id = data?.writeNote.note?.id ?? '';
      const catchUp = (ids: readonly string[]) => neighbour.contextFor(dispatcher).catchUp(ids);
      expect(await catchUp([newId(), 'no id'])).toBe(true);
      expect(await catchUp([id])).toBe(false);
      const waiting = catchUp([newId(), id]);
      await neighbour.services.jobs.drain();
      expect(await waiting).toBe(true);
      expect(await neighbour.services.database.fork().count(NoteEntity, { id })).toBe(1);
    } finally {
      await neighbour.close();
    }
  });

  test('sends its events to another subgraph once, with the commit, and none after a rollback', async () => {
    const seen: string[] = [];
    const neighbour = await openSubgraph(
      sampleSubgraph('risk', {
        'shipment.rated': async ({ em }, { shipmentId }) => {
          seen.push(shipmentId);
          em.create(NoteEntity, { id: shipmentId, text: 'copied', seen: 1 });
        },
      }),
      { databaseUrl: database.urlFor('risk'), live: notes.live, log: notes.services.log },
    );
    try {
      const { data } = await notes.ask<Written>(dispatcher, write, { text: 'event' });
      await notes.ask(dispatcher, write, { text: 'rollback' });
      await neighbour.services.jobs.drain();
      await neighbour.services.jobs.drain();
      expect(seen).toEqual([data?.writeNote.note?.id]);
      const copies = await neighbour.services.database.fork().find(NoteEntity, {});
      expect(copies.map((copy) => copy.id)).toEqual(seen);
    } finally {
      await neighbour.close();
    }
  });

  test('counts what was committed, and nothing after a rollback', async () => {
    const { database: own, jobs } = notes.services;
    const transact = createTransact(own.fork(), jobs, notes.live);
    const counted: string[] = [];
    const change = (name: string, failure?: Error) =>
      transact(async ({ afterCommit }) => {
        afterCommit(() => void counted.push(name));
        expect(counted).not.toContain(name);
        if (failure) throw failure;
      });
    await change('committed');
    await expect(change('rolled back', new Error('too late'))).rejects.toThrow('too late');
    expect(counted).toEqual(['committed']);
  });

  test('maintains its queue with its own role, without a warning', async () => {
    const logged: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
    const { services, close } = await openSubgraph(sampleSubgraph('risk', { 'shipment.rated': async () => {} }), {
      databaseUrl: database.urlFor('risk'),
      live: notes.live,
      log,
    });
    try {
      await services.jobs.recover();
      expect(logged).toEqual([]);
    } finally {
      await close();
    }
  });

  test('cannot read the tables of another subgraph', async () => {
    await expect(notes.services.database.fork().execute('select * from access.migrations')).rejects.toThrow(
      /permission denied|does not exist/,
    );
    await expect(notes.services.database.fork().execute('select * from jobs.job')).rejects.toThrow(/permission denied/);
  });

  test('refuses a forbidden subscription at once', async () => {
    const client = createClient({ url: notes.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
    try {
      const events = client.iterate({
        query: 'subscription { noteWritten { id } }',
        extensions: { identity: identityToken('shipments', anonymous) },
      });
      expect((await events.next()).value).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    } finally {
      await client.dispose();
    }
  });

  test('streams live events to a subscriber, each with the current rows', async () => {
    const client = createClient({ url: notes.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
    try {
      const events = client.iterate({
        query: 'subscription { noteWritten { id text } }',
        extensions: { identity: identityToken('shipments', dispatcher) },
      });
      const first = events.next();
      const text = newId();
      // The subscription is active once its topic has a listener. Publishing until the event arrives needs no timer.
      let received = false;
      const arrived = first.then((result) => {
        received = true;
        return result;
      });
      while (!received) await notes.ask(dispatcher, write, { text });
      expect((await arrived).value).toMatchObject({ data: { noteWritten: { text } } });
      await events.return?.();
    } finally {
      await client.dispose();
    }
  });
});
