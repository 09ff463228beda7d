import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { post } from '../../../client/post.ts';
import { anonymous, identityHeader } from '../identity/identity.ts';
import { identityToken, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

/** The clocks of a gateway and a subgraph differ. */
let notes: TestSubgraph<SampleContext>;
const logged: { code?: string; seconds?: number; msg: string }[] = [];

beforeAll(async () => {
  const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  notes = await startTestSubgraph(sampleSubgraph('shipments'), { log });
});
afterAll(() => notes.close());
afterEach(() => {
  jest.restoreAllMocks();
});

/** The response to a gateway whose clock is ahead by these seconds. */
async function askFrom(seconds: number) {
  const time = Date.now() + seconds * 1_000;
  const clock = jest.spyOn(Date, 'now').mockReturnValue(time);
  const token = identityToken('shipments', anonymous);
  clock.mockRestore();
  return post(notes.url, '{"query":"{ __typename }"}', { headers: { [identityHeader]: token } });
}

async function clockPart() {
  const health = (await (await fetch(notes.url.replace('/graphql', '/health'))).json()) as {
    parts: { name: string }[];
  };
  return health.parts.find(({ name }) => name === 'clock');
}

test.each([240, -240])('a difference of %d s is tolerated', async (seconds) => {
  expect(await askFrom(seconds)).toMatchObject({ status: 200, data: { __typename: 'Query' }, errors: [] });
  expect(await clockPart()).toBeUndefined();
});

test.each([
  [900, /ahead of/],
  [-900, /behind/],
])('a difference of %d s is reported in log and health, and clients may retry', async (seconds, direction) => {
  logged.length = 0;
  for (const _time of [1, 2]) {
    expect(await askFrom(seconds)).toMatchObject({
      status: 503,
      errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }],
    });
  }
  expect(logged).toMatchObject([{ code: 'CLOCK_SKEW', msg: expect.stringMatching(direction) }]);
  expect(await clockPart()).toMatchObject({ status: 'degraded', reason: expect.stringMatching(direction) });
  expect((await askFrom(0)).status).toBe(200);
  expect(await clockPart()).toMatchObject({ status: 'up', reason: null });
});
