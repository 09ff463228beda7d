import { expect, test } from '@jest/globals';
import { Kind, type OperationDefinitionNode, OperationTypeNode, parse } from 'graphql';
import { anonymous, type Identity } from '#shared/identity/identity.ts';
import { somebody } from '../../subgraphs/shared/test/harness.ts';
import { requireSecondFactor } from '../pipeline/require-second-factor.ts';

/** The gateway refuses before an operation runs. */
const generation = {
  stepUpFields: new Map([[OperationTypeNode.MUTATION, new Set(['pay'])]]),
  enrolmentFields: new Map([
    [OperationTypeNode.MUTATION, new Set(['enrol'])],
    [OperationTypeNode.QUERY, new Set(['viewer'])],
  ]),
};
const clock = { seconds: 1_800_000_000 };

/** The code of the refusal of an operation; "runs" without one. */
function outcome(identity: Identity, text: string): string {
  const document = parse(text);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  try {
    requireSecondFactor({ caller: { identity }, document, operation, generation }, clock.seconds * 1000);
    return 'runs';
  } catch (error) {
    return (error as { extensions: { code: string } }).extensions.code;
  }
}

const person = (codeAt?: number): Identity =>
  somebody(['ADMIN'], { credential: { kind: 'session', needsCode: true, codeAt } });

test.each([
  ['mutation { pay }'],
  ['mutation { renamed: pay }'],
  ['mutation { other pay }'],
  ['mutation { ...Fields } fragment Fields on Mutation { ... { pay } }'],
])('%s needs a code that is less than five minutes old', (text) => {
  const { seconds } = clock;
  expect([299, 300].map((age) => outcome(person(seconds - age), text))).toEqual(['runs', 'STEP_UP_REQUIRED']);
  expect(outcome(person(), text)).toBe('STEP_UP_REQUIRED');
});

test.each<[string, Identity, string]>([
  ['another mutation', person(), 'mutation { other }'],
  ['a query', person(), '{ pay }'],
  ['the payment of an account that needs no code', somebody(['ADMIN']), 'mutation { pay }'],
  ['the payment of an API key', somebody(['PARTNER'], { credential: { kind: 'apiKey', id: '1' } }), 'mutation { pay }'],
  ['a call without an account, which the rules of the fields judge', anonymous, 'mutation { pay }'],
])('%s runs without a code', (_title, identity, text) => {
  expect(outcome(identity, text)).toBe('runs');
});

test('an account that must enrol reaches the fields for that, and no others', () => {
  const enrolling = somebody([], { credential: { kind: 'session', needsCode: true, mustEnrol: true } });
  for (const text of ['mutation { enrol }', '{ viewer __typename }']) expect(outcome(enrolling, text)).toBe('runs');
  for (const text of ['mutation { pay }', 'mutation { enrol pay }', '{ viewer shipments }', 'subscription { moved }'])
    expect(outcome(enrolling, text)).toBe('SECOND_FACTOR_REQUIRED');
});
