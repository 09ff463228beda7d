import { describe, expect, test } from '@jest/globals';
import type { Grants } from '../authorization/requirements.ts';
import { federate } from './federation.ts';
import { engineFor, scope } from './harness.ts';

const federation = federate({
  people: {
    sdl: `type Query { me: Person people: [Person!]! audit: [Entry!]! @requiresScopes(scopes: [["audit"], ["admin", "read"]]) }
      type Person @key(fields: "id") { id: ID! name: String email: String @authenticated salary: Int! @policy(policies: [["hr"]]) secret: Secret documents: [Document] }
      type Secret @authenticated { code: String }
      type Entry { text: String }
      interface Document { id: ID! title: String }
      type Memo implements Document { id: ID! title: String }
      type Contract implements Document { id: ID! title: String @requiresScopes(scopes: [["contracts"]]) amount: Int @authenticated }`,
    resolvers: {
      Query: {
        me: () => ({ id: '1' }),
        people: () => [{ id: '1' }, { id: '2' }],
        audit: () => [{ text: 'entry' }],
      },
      Person: {
        name: () => 'Ann',
        email: () => 'ann@example.org',
        salary: () => 10,
        secret: () => ({ code: 'x' }),
        documents: () => [
          { __typename: 'Memo', id: 'm', title: 'memo' },
          { __typename: 'Contract', id: 'c', title: 'contract' },
        ],
      },
    },
  },
  phones: {
    sdl: 'type Person @key(fields: "id") { id: ID! phone: String @authenticated }',
    resolvers: { Person: { __resolveReference: ({ id }: { id: string }) => ({ id, phone: `+${id}` }) } },
  },
});
const engine = engineFor(federation);

function grants(given: { authenticated?: boolean; scopes?: string[]; policies?: string[] }): Grants {
  const { authenticated = false, scopes = [], policies = [] } = given;
  return { authenticated, scopes: new Set(scopes), policies: new Set(policies) };
}

async function askAs(identity: Grants | undefined, source: string) {
  federation.transport.drain();
  const operation = await engine.prepare({ source, grants: identity });
  const { data, errors } = await engine.execute(operation, {}, scope);
  const sent = federation.transport.drain().map(({ query }) => query);
  return {
    data: JSON.parse(data!) as unknown,
    errors: errors.map(({ path, extensions }) => [path, extensions.code]),
    sent,
  };
}

const unauthorized = 'UNAUTHORIZED_FIELD_OR_TYPE';

describe('a field that an identity may not see', () => {
  test('is null with an error, and is not fetched', async () => {
    const { data, errors, sent } = await askAs(undefined, '{ people { name email phone } }');
    expect(data).toEqual({
      people: [
        { name: 'Ann', email: null, phone: null },
        { name: 'Ann', email: null, phone: null },
      ],
    });
    expect(errors).toEqual([
      [['people', 'email'], unauthorized],
      [['people', 'phone'], unauthorized],
    ]);
    expect(sent).toEqual(['{people{name}}']);
  });

  test('is in the response for an identity that may see it', async () => {
    const { data, errors } = await askAs(grants({ authenticated: true }), '{ me { email phone secret { code } } }');
    expect(errors).toEqual([]);
    expect(data).toEqual({ me: { email: 'ann@example.org', phone: '+1', secret: { code: 'x' } } });
  });

  test('makes its parent null when it is non-null', async () => {
    const { data, errors } = await askAs(grants({ authenticated: true }), '{ me { name salary } }');
    expect(data).toEqual({ me: null });
    expect(errors).toEqual([[['me', 'salary'], unauthorized]]);
  });

  test('may be denied by a directive on its type', async () => {
    const { data, errors } = await askAs(undefined, '{ me { secret { code } } }');
    expect(data).toEqual({ me: { secret: null } });
    expect(errors).toEqual([[['me', 'secret'], unauthorized]]);
  });

  test('is also denied through an interface; fields without a requirement are not', async () => {
    const through = await askAs(undefined, '{ me { documents { title } } }');
    expect(through.data).toEqual({ me: { documents: [{ title: null }, { title: null }] } });
    const open = await askAs(undefined, '{ me { documents { ... on Memo { title } ... on Contract { amount } } } }');
    expect(open.data).toEqual({ me: { documents: [{ title: 'memo' }, { amount: null }] } });
    expect(open.sent.join()).not.toContain('amount');
  });

  test('causes no request when the operation selects nothing else', async () => {
    const { data, errors, sent } = await askAs(undefined, '{ audit { text } }');
    expect(data).toBeNull();
    expect(errors).toEqual([[['audit'], unauthorized]]);
    expect(sent).toEqual([]);
  });
});

describe('scopes and policies', () => {
  test.each([
    [['audit'], true],
    [['admin', 'read'], true],
    [['admin'], false],
    [[], false],
  ])('an identity with the scopes %j may see the audit trail: %p', async (scopes, open) => {
    const { errors } = await askAs(grants({ scopes }), '{ audit { text } }');
    expect(errors).toHaveLength(open ? 0 : 1);
  });

  test('accessOf lists the policies that the gateway must evaluate', () => {
    expect(engine.accessOf({ source: '{ me { salary } }' }).policies).toEqual(['hr']);
    expect(engine.accessOf({ source: '{ me { name } }' }).requirements).toEqual([]);
  });

  test('an identity that meets the policy sees the field', async () => {
    const { data } = await askAs(grants({ policies: ['hr'] }), '{ me { salary } }');
    expect(data).toEqual({ me: { salary: 10 } });
  });
});

test('a denied field stays denied under an alias and in a fragment', async () => {
  const source = '{ me { ...F x: email } } fragment F on Person { name ... on Person { name: email } }'.replace(
    'name ...',
    'n: name ...',
  );
  const { data, sent } = await askAs(undefined, source);
  expect(data).toEqual({ me: { n: 'Ann', name: null, x: null } });
  expect(sent.join()).not.toContain('email');
});
