import { GraphError } from '#shared/errors/errors.ts';
import { recordMutation, type Scope } from '#shared/graphql/mutation.ts';
import { personalRecords, resolvePerson } from '#shared/graphql/personal-data.ts';
import { sessionOf } from '#shared/identity/identity.ts';
import { type AccessContext, auditOf } from '../context.ts';
import { personInput } from '../domain/inputs.ts';
import { exportAccount } from '../store/export-account.ts';
import { personalLists } from '../store/personal-data.ts';

export const PersonalData = { __resolveReference: resolvePerson, access: personalRecords(personalLists) };

export const personalDataMutations = {
  exportPersonalData: recordMutation('personalData', {
    parse: personInput,
    allow: requirePerson,
    change: ({ context, transaction, caller, input, now }) =>
      exportAccount(transaction.em, auditOf(context, caller, now), input),
  }),
};

function requirePerson({ caller }: Scope<AccessContext, unknown>): Promise<void> {
  if (sessionOf(caller)) return Promise.resolve();
  throw new GraphError('FORBIDDEN', 'API keys belong to no person. Sign in to export personal data.');
}
