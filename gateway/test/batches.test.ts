import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { postText } from '../../client/post.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ maxBatchSize: 3 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function sendBatch(operations: unknown, headers: Record<string, string> = {}, to: TestGateway = gateway) {
  const response = await postText(`${to.url}/graphql`, JSON.stringify(operations), {
    headers: { accept: 'application/graphql-response+json', ...headers },
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(response.text) as unknown };
}
const refusal = (code: string, message: unknown = expect.any(String)) => ({
  errors: [expect.objectContaining({ message, extensions: expect.objectContaining({ code }) })],
});

describe('a batch of operations', () => {
  test('gets a list of responses in the same order', async () => {
    const { status, headers, body } = await sendBatch([
      { query: '{ person(id: "1") { name } }' },
      { query: 'query One { echo(text: "one") } query Two { echo(text: "two") }', operationName: 'Two' },
      { query: 'query($id: ID!) { person(id: $id) { name } }', variables: { id: '2' } },
    ]);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/graphql-response+json; charset=utf-8']);
    expect(body).toEqual([
      { data: { person: { name: 'Ada' } } },
      { data: { echo: 'two' } },
      { data: { person: { name: 'Grace' } } },
    ]);
  });

  test('gets each refusal at its index, and the other operations run', async () => {
    const { status, body } = await sendBatch([
      { query: '{ nothing }' },
      { query: '{ echo(text: "fine") }' },
      { query: 7 },
    ]);
    expect(status).toBe(200);
    expect(body).toEqual([
      refusal('GRAPHQL_VALIDATION_FAILED'),
      { data: { echo: 'fine' } },
      refusal('BAD_REQUEST', '"query" must be a string.'),
    ]);
  });

  test('has the status of its first refusal if every operation is refused', async () => {
    const { status, body } = await sendBatch([{ query: '{ nothing }' }, 'no object']);
    expect(status).toBe(400);
    expect(body).toEqual([
      refusal('GRAPHQL_VALIDATION_FAILED'),
      refusal('BAD_REQUEST', 'The body must be a JSON object with "query".'),
    ]);
  });

  test('is refused when it is empty or too long', async () => {
    const operation = { query: '{ echo(text: "x") }' };
    expect(await sendBatch([])).toMatchObject({
      status: 400,
      body: refusal('BAD_REQUEST', 'The batch is empty. Send at least one operation.'),
    });
    expect(await sendBatch([operation, operation, operation, operation])).toMatchObject({
      status: 400,
      body: refusal('BAD_REQUEST', 'The batch has 4 operations; 3 are allowed. Send several smaller ones.'),
    });
  });

  test('counts each operation as a request of its client', async () => {
    const requests = { perSecond: 0.01, burst: 2 };
    await using limited = await startTestGateway({
      maxBatchSize: 3,
      clientRates: { requests, newDocuments: undefined },
    });
    const operation = { query: '{ echo(text: "x") }' };
    const { status, headers, body } = await sendBatch([operation, operation, operation], {}, limited);
    expect(status).toBe(200);
    expect(body).toEqual([{ data: { echo: 'x' } }, { data: { echo: 'x' } }, refusal('RATE_LIMITED')]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('is refused unless BATCH_LIMIT allows it', async () => {
    await using strict = await startTestGateway();
    expect(await sendBatch([{ query: '{ echo(text: "x") }' }], {}, strict)).toMatchObject({
      status: 400,
      body: refusal('BAD_REQUEST', 'Batches of operations are not supported. Send one operation per request.'),
    });
  });
});
