import { afterEach, expect, test } from '@jest/globals';
import { createGraphClient } from '../graph-client.ts';
import { SignInFailure } from '../session.ts';
import {
  type Received,
  type Reply,
  refusedSession,
  type ScriptedGraph,
  sessionReply,
  startScriptedGraph,
} from './scripted-graph.ts';

/** A client that has an account keeps it signed in. */
let graph: ScriptedGraph;
let now = 0;
afterEach(() => graph.close());

const account = { email: 'driver@demo.test', password: 'freight-demo' };
const query = 'query Loads { loads }';
const minutes = (count: number) => new Date(now + count * 60_000);
const operations = () => graph.received.map(({ operation, token }) => [operation, token]);
const openClient = () =>
  createGraphClient({ url: graph.url, account, clock: () => new Date(now), wait: () => Promise.resolve() });

function usual({ operation }: Received): Reply {
  if (operation === 'SignIn') return sessionReply('1', minutes(15));
  if (operation === 'RefreshSession') return sessionReply('2', minutes(15));
  return { body: { data: { loads: 3 } } };
}
const refused = { status: 401, body: { errors: [{ message: 'No.', extensions: { code: 'UNAUTHENTICATED' } }] } };

test('operations that start together share one sign-in', async () => {
  graph = await startScriptedGraph(usual);
  const client = openClient();
  await Promise.all([client.send({ query }), client.send({ query })]);
  expect(operations()).toEqual([
    ['SignIn', null],
    ['Loads', 'access-1'],
    ['Loads', 'access-1'],
  ]);
  expect(graph.received[0]?.variables).toEqual({ input: account });
});

test('a token is refreshed a minute before it expires', async () => {
  graph = await startScriptedGraph(usual);
  const client = openClient();
  await client.send({ query });
  now += 13 * 60_000;
  await client.send({ query });
  now += 60_000;
  await client.send({ query });
  expect(operations().slice(2)).toEqual([
    ['Loads', 'access-1'],
    ['RefreshSession', null],
    ['Loads', 'access-2'],
  ]);
  expect(graph.received[3]?.variables).toEqual({ input: { refreshToken: 'refresh-1' } });
});

test('a session that is over begins again with the password', async () => {
  graph = await startScriptedGraph((received) =>
    received.operation === 'RefreshSession' ? refusedSession('INVALID_REFRESH_TOKEN', 'Used.') : usual(received),
  );
  const client = openClient();
  await client.send({ query });
  now += 15 * 60_000;
  await client.send({ query });
  expect(operations().map(([operation]) => operation)).toEqual([
    'SignIn',
    'Loads',
    'RefreshSession',
    'SignIn',
    'Loads',
  ]);
});

test('a token that the graph refuses is replaced, and the operation is sent again, once', async () => {
  graph = await startScriptedGraph((received) => (received.operation === 'Loads' ? refused : usual(received)));
  expect(await openClient().send({ query })).toMatchObject({ status: 401 });
  expect(operations().map(([operation]) => operation)).toEqual(['SignIn', 'Loads', 'SignIn', 'Loads']);
});

test('an operation that was executed is not sent again because of a field that needs more', async () => {
  const partial = { body: { ...refused.body, data: { loads: null } } };
  graph = await startScriptedGraph((received) => (received.operation === 'Loads' ? partial : usual(received)));
  expect(await openClient().send({ query })).toMatchObject({ data: { loads: null } });
  expect(operations()).toHaveLength(2);
});

test('an account that the graph refuses fails with a SignInFailure, and is not tried again', async () => {
  graph = await startScriptedGraph(() => refusedSession('INVALID_CREDENTIALS', 'Wrong e-mail address or password.'));
  const sent = openClient().send({ query });
  await expect(sent).rejects.toBeInstanceOf(SignInFailure);
  await expect(sent).rejects.toMatchObject({
    code: 'INVALID_CREDENTIALS',
    message: 'Wrong e-mail address or password.',
    isFromGraph: true,
  });
  expect(graph.received).toHaveLength(1);
});

test('a sign-in during load is tried again as one attempt of the operation', async () => {
  const busy = { status: 503, body: { errors: [{ message: 'Busy.', extensions: { code: 'SERVICE_UNAVAILABLE' } }] } };
  graph = await startScriptedGraph((received, count) => (count <= 4 ? busy : usual(received)));
  expect(await openClient().send({ query })).toMatchObject({ data: { loads: 3 } });
  expect(operations().map(([operation]) => operation)).toEqual([...Array(5).fill('SignIn'), 'Loads']);
});

test('an account with a second factor signs in with a code, once', async () => {
  const challenge = { id: 'challenge-1' };
  const asked = {
    body: { data: { session: { accessToken: null, refreshToken: null, expiresAt: null, challenge, userErrors: [] } } },
  };
  graph = await startScriptedGraph((received) => {
    if (received.operation === 'SignIn') return asked;
    return received.operation === 'AnswerChallenge' ? sessionReply('1', minutes(15)) : refused;
  });
  const client = createGraphClient({ url: graph.url, account: { ...account, code: '123456' } });
  // The token is refused, and the code was used.
  await expect(client.send({ query })).rejects.toMatchObject({
    name: 'SignInFailure',
    code: 'CODE_REQUIRED',
    message: expect.stringContaining('This account has a second factor. Give a code'),
  });
  expect(operations().map(([operation]) => operation)).toEqual(['SignIn', 'AnswerChallenge', 'Loads', 'SignIn']);
  expect(graph.received.slice(0, 2).map(({ variables }) => variables)).toEqual([
    { input: account },
    { input: { id: 'challenge-1', code: '123456' } },
  ]);
});
