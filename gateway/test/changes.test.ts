import { describe, expect, test } from '@jest/globals';
import { startTestGateway } from '../testing/test-gateway.ts';

describe('a mutation', () => {
  test('that was executed is not retryable, even if other fields of its response are missing', async () => {
    await using gateway = await startTestGateway();
    await gateway.graph.parcels.close();
    const rename = 'mutation { rename(id: 1, name: "Ida") { name parcels { id } } }';
    const { data, errors } = await gateway.ask(rename);
    expect(data).toEqual({ rename: { name: 'Ida', parcels: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'SUBREQUEST_HTTP_ERROR', retryable: false } }]);
  });

  test('that may have been executed has an unknown outcome', async () => {
    await using gateway = await startTestGateway({ subgraphTimeoutMs: 200 });
    const letGo = gateway.graph.people.hold();
    const { errors } = await gateway.ask('mutation { rename(id: 1, name: "Ida") { name } }');
    expect(errors).toMatchObject([{ path: ['rename'], extensions: { code: 'OUTCOME_UNKNOWN', retryable: false } }]);
    letGo();
  });
});
