import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { post } from '../../client/post.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const query = '{ people { name } }';
const whole = { people: [{ name: 'Ada' }, { name: 'Grace' }] };

describe('equal queries at the same time', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ forwardHeaders: ['x-tenant'] });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  /** Sends queries while `people` holds back its response, and counts the requests to it. */
  async function whileHeld<T>(
    ask: () => Promise<T>[],
  ): Promise<{ responses: PromiseSettledResult<T>[]; requests: number }> {
    const before = gateway.graph.people.seen.length;
    const letGo = gateway.graph.people.hold();
    const first = gateway.graph.people.arrival();
    const asked = ask();
    await first;
    // The response to a later request shows that the gateway has read all of these.
    await gateway.ask('{ __typename }');
    letGo();
    return { responses: await Promise.allSettled(asked), requests: gateway.graph.people.seen.length - before };
  }

  test('are executed once, and each client gets the response', async () => {
    const { responses, requests } = await whileHeld(() => Array.from({ length: 5 }, () => gateway.ask(query)));
    expect(responses.map((response) => response.status === 'fulfilled' && response.value.data)).toEqual(
      Array(5).fill(whole),
    );
    const ids = responses.map(
      (response) => response.status === 'fulfilled' && response.value.headers.get('x-request-id'),
    );
    expect([requests, new Set(ids).size]).toEqual([1, 5]);
  });

  test.each([
    [
      'other variables',
      () => [1, 2].map((id) => gateway.ask('query($id: ID!) { person(id: $id) { name } }', { id: String(id) })),
    ],
    ['other callers', () => ['a', 'b'].map((tenant) => gateway.ask(query, {}, { 'x-tenant': tenant }))],
    ['mutations', () => [1, 2].map(() => gateway.ask('mutation { rename(id: "1", name: "Ada") { name } }'))],
  ])('%s are executed separately', async (_what, ask) => {
    const { responses, requests } = await whileHeld(ask);
    expect(requests).toBe(2);
    expect(responses.every((response) => response.status === 'fulfilled' && response.value.errors.length === 0)).toBe(
      true,
    );
  });

  test('a client that disconnects does not affect the others', async () => {
    const leaving = new AbortController();
    const left = gateway.graph.people.arrival();
    const { responses } = await whileHeld(() => {
      const first = post<unknown>(`${gateway.url}/graphql`, JSON.stringify({ query }), { signal: leaving.signal });
      const second = left.then(() => gateway.ask(query));
      void left.then(() => gateway.ask('{ __typename }')).then(() => leaving.abort());
      return [first, second];
    });
    expect(responses.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(responses[1]).toMatchObject({ value: { data: whole } });
  });
});
