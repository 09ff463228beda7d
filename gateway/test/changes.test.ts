import { describe, expect, test } from '@jest/globals';
import { startTestGateway } from './test-gateway.ts';

describe('a change', () => {
  test('that was made is not to be made again for what is missing beside it', async () => {
    await using gateway = await startTestGateway();
    await gateway.graph.parcels.close();
    const rename = 'mutation { rename(id: 1, name: "Ida") { name parcels { id } } }';
    const { data, errors } = await gateway.ask(rename);
    expect(data).toEqual({ rename: { name: 'Ida', parcels: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'SUBREQUEST_HTTP_ERROR', retryable: false } }]);
  });

  test('that may have been made has an unknown outcome', async () => {
    await using gateway = await startTestGateway({ subgraphTimeoutMs: 200 });
    const letGo = gateway.graph.people.hold();
    const { errors } = await gateway.ask('mutation { rename(id: 1, name: "Ida") { name } }');
    expect(errors).toMatchObject([{ path: ['rename'], extensions: { code: 'OUTCOME_UNKNOWN', retryable: false } }]);
    letGo();
  });
});
