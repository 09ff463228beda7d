import { describe, expect, test } from '@jest/globals';
import type { PublicError } from '../errors/public-error.ts';
import { failureStatus } from '../pipeline/failure-status.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

const failure = (code: string, ...path: (string | number)[]): PublicError => ({
  message: 'It failed.',
  path,
  extensions: { code, retryable: true, requestId: 'r' },
});

describe('a response in which every root field failed', () => {
  test.each([
    ['a subgraph is away', '{"a":null}', [failure('SUBREQUEST_HTTP_ERROR', 'a')], 503],
    ['a database is away', '{"a":null}', [failure('SERVICE_UNAVAILABLE', 'a')], 503],
    ['a circuit is open', 'null', [failure('SUBGRAPH_CIRCUIT_OPEN', 'a')], 503],
    ['time ran out', '{"a":null,"b":null}', [failure('GATEWAY_TIMEOUT', 'a'), failure('OUTCOME_UNKNOWN', 'b')], 504],
    [
      'time ran out and a database is away',
      '{"a":null,"b":null}',
      [failure('GATEWAY_TIMEOUT', 'a'), failure('SERVICE_UNAVAILABLE', 'b')],
      503,
    ],
    ['a rate limit refused it', '{"a":null}', [failure('RATE_LIMITED', 'a')], 429],
    [
      'a rate limit refused one and time ran out for the other',
      '{"a":null,"b":null}',
      [failure('RATE_LIMITED', 'a'), failure('GATEWAY_TIMEOUT', 'b')],
      503,
    ],
    ['a field below failed', '{"a":null}', [failure('SUBREQUEST_HTTP_ERROR', 'a', 'b', 0)], 503],
  ])('has the status 429, 503 or 504: %s', (_, data, errors, status) => {
    expect(failureStatus(data, errors)).toBe(status);
  });

  test.each([
    ['nothing failed', '{"a":null}', []],
    ['one root field has data', '{"a":null,"b":{"c":null}}', [failure('SUBREQUEST_HTTP_ERROR', 'a')]],
    ['one root field is null without an error', '{"a":null,"b":null}', [failure('SUBREQUEST_HTTP_ERROR', 'a')]],
    ['a rate limit refused one of two', '{"a":null,"b":{"c":null}}', [failure('RATE_LIMITED', 'a')]],
    ['the root field failed for another reason', '{"a":null}', [failure('INTERNAL_SERVER_ERROR', 'a')]],
    [
      'one root field failed for another reason',
      'null',
      [failure('SUBREQUEST_HTTP_ERROR', 'a'), failure('FORBIDDEN', 'b')],
    ],
    ['__typename has data', '{"__typename":"Query","a":null}', [failure('SUBREQUEST_HTTP_ERROR', 'a')]],
  ])('has no such status: %s', (_, data, errors) => {
    expect(failureStatus(data, errors)).toBeUndefined();
  });
});

describe('a client of a subgraph that is away', () => {
  const accept = 'application/graphql-response+json';

  test('gets the status 503 under application/graphql-response+json', async () => {
    await using gateway = await startTestGateway();
    await gateway.graph.parcels.close();
    const response = await gateway.ask('{ parcels { id } }', {}, { accept });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(response.errors).toMatchObject([{ extensions: { code: 'SUBREQUEST_HTTP_ERROR' } }]);
  });

  test('gets the status 200 with errors under application/json', async () => {
    await using gateway = await startTestGateway();
    await gateway.graph.parcels.close();
    expect((await gateway.ask('{ parcels { id } }', {}, { accept: 'application/json' })).status).toBe(200);
  });

  test('gets 200 with the data of other subgraphs', async () => {
    await using gateway = await startTestGateway();
    await gateway.graph.parcels.close();
    const response = await gateway.ask('{ people { name parcels { id } } }', {}, { accept });
    expect(response.status).toBe(200);
  });

  test('gets 504 if time ran out', async () => {
    await using gateway = await startTestGateway({ subgraphTimeoutMs: 200 });
    const letGo = gateway.graph.people.hold();
    const response = await gateway.ask('{ people { name } }', {}, { accept });
    expect([response.status, response.headers.get('retry-after')]).toEqual([504, '1']);
    letGo();
  });

  test('gets no Retry-After for a mutation that may have been executed', async () => {
    await using gateway = await startTestGateway({ subgraphTimeoutMs: 200 });
    const letGo = gateway.graph.people.hold();
    const response = await gateway.ask('mutation { rename(id: 1, name: "Ida") { name } }', {}, { accept });
    expect([response.status, response.headers.get('retry-after')]).toEqual([504, null]);
    letGo();
  });
});
