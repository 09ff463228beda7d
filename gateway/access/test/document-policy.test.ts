import { describe, expect, test } from '@jest/globals';
import { type AccountIdentity, anonymous, scopesOf } from '#shared/identity/identity.ts';
import type { Role } from '#shared/vocabulary.ts';
import { audienceOf } from '../documents/audience.ts';
import { documentPolicies, documentRules } from '../documents/policy.ts';

const inList = 'PERSISTED_QUERY_NOT_IN_LIST';
const withId = 'PERSISTED_QUERY_ID_REQUIRED';

/** What happens to a request, by the policy and by how it names its document. */
const truth = {
  //             listed  unlisted hash  unlisted hash with text  text
  registered: ['run', inList, inList, withId],
  apq: ['run', 'look up', 'keep', withId],
  free: ['run', 'look up', 'keep', 'run'],
  'log-only': ['run', 'look up', 'keep', 'run'],
} as const;
const forms = ['listed', 'unlisted hash', 'unlisted hash with text', 'text'] as const;

describe('the policy for documents', () => {
  test.each(documentPolicies)('%s', (policy) => {
    expect(forms.map((form) => documentRules[policy][form].action)).toEqual(truth[policy]);
  });

  test('log-only reports exactly what registered refuses, with its code; the others report nothing', () => {
    const refused = truth.registered.map((action) => (action === 'run' ? undefined : action));
    for (const policy of documentPolicies) {
      const reports = forms.map((form) => documentRules[policy][form].report);
      expect([policy, reports]).toEqual([policy, policy === 'log-only' ? refused : forms.map(() => undefined)]);
    }
  });
});

describe('the audience of a caller', () => {
  const account = (...roles: Role[]): AccountIdentity => ({
    ...{
      kind: 'account',
      accountId: '1',
      credential: { kind: 'session', needsCode: false },
      organizationId: null,
      driverId: null,
      tier: 'FREE',
    },
    ...{ roles, scopes: scopesOf(roles) },
  });

  test.each([
    ['ADMIN', 'staff'],
    ['DISPATCHER', 'staff'],
    ['ANALYST', 'staff'],
    ['DRIVER', 'app'],
    ['CUSTOMER', 'app'],
    ['PARTNER', 'partner'],
  ] as const)('%s is %s', (role, audience) => {
    expect(audienceOf(account(role))).toBe(audience);
  });

  test('without an account it is anonymous, and a partner with further roles stays a partner', () => {
    expect(audienceOf(anonymous)).toBe('anonymous');
    expect(audienceOf(account('CUSTOMER', 'PARTNER'))).toBe('partner');
  });
});
