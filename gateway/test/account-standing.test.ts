import { expect, test } from '@jest/globals';
import { type OperationDefinitionNode, parse } from 'graphql';
import { somebody } from '#shared/test/harness.ts';
import { createStandingCheck } from '../access/account-standing.ts';
import { anonymous as noGrants } from '../engine/authorization/requirements.ts';
import { SubgraphFailure, type SubgraphResult, type SubgraphTransport } from '../engine/ports.ts';
import type { Checked } from '../pipeline/stages.ts';

/** Checks a mutation of a dispatcher against this response of the access subgraph. */
async function confirm(response: SubgraphResult | SubgraphFailure): Promise<unknown> {
  const transport = {
    fetch: async () => {
      if (response instanceof SubgraphFailure) throw response;
      return response;
    },
  } as unknown as SubgraphTransport;
  const document = parse('mutation { cancelShipment { shipment { id } } }');
  const checked = {
    caller: { identity: somebody(['DISPATCHER']), key: 'somebody', grants: noGrants, headers: {} },
    operation: document.definitions[0] as OperationDefinitionNode,
    id: 'request-1',
    address: '127.0.0.1',
  } as Checked;
  return createStandingCheck(transport)(checked);
}

test.each([
  ['the account is open and has its roles', { data: { viewer: { active: true, roles: ['DISPATCHER'] } } }],
  ['the database of accounts is away', { data: { viewer: null }, errors: [{ message: 'away' }] }],
  ['the response has an unknown form', { data: {} }],
  [
    'the subgraph is away',
    new SubgraphFailure('SUBREQUEST_HTTP_ERROR', 'access', { message: 'away', retryable: true }),
  ],
])('a mutation of staff runs when %s', async (_case, response) => {
  await expect(confirm(response as SubgraphResult)).resolves.toBeUndefined();
});

test.each([
  ['is closed', { data: { viewer: { active: false, roles: ['DISPATCHER'] } } }, 'This account is closed.'],
  ['does not exist', { data: { viewer: null } }, 'This account is closed.'],
  [
    'lost its role',
    { data: { viewer: { active: true, roles: [] } } },
    'This account no longer has the role DISPATCHER.',
  ],
])('it is refused when the account %s', async (_case, response, message) => {
  await expect(confirm(response as SubgraphResult)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    message: expect.stringContaining(message),
  });
});
