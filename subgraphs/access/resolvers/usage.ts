import { payloadOf } from '#shared/errors/errors.ts';
import { fieldsOf } from '#shared/graphql/columns.ts';
import { budgetOwner } from '#shared/identity/budget-owner.ts';
import { parseArgument, parseInput } from '#shared/input/parse-input.ts';
import type { AccessContext, AccountNode, OrganizationNode } from '../context.ts';
import { recordUsageInput, usageArguments } from '../domain/usage-inputs.ts';
import { seesBilling } from '../domain/visibility.ts';
import { readUsage, recordUsage, type UsageEntry } from '../store/usage.ts';

const accountField = fieldsOf<AccountNode, AccessContext>();
const organizationField = fieldsOf<OrganizationNode, AccessContext>();

function usageOf(ownerId: string, args: unknown, { em, clock }: AccessContext): Promise<UsageEntry[]> {
  return readUsage(em, ownerId, parseArgument(usageArguments, 'usage', args), clock());
}

/** Fields of the caller's own account. */
export const accountUsage = {
  rateLimit: accountField(['id'], ({ id }, _args, { identity, rateLimit }) =>
    identity.kind === 'account' && identity.accountId === id ? (rateLimit ?? null) : null,
  ),
  usage: accountField(['id'], ({ id }, args: unknown, context) => {
    const { identity } = context;
    if (identity.kind !== 'account' || identity.accountId !== id) return null;
    return usageOf(budgetOwner(identity).id, args, context);
  }),
};

export const organizationUsage = {
  usage: organizationField(['id', 'seenAs'], (node, args: unknown, context) =>
    seesBilling(node.seenAs ?? context.identity, node) ? usageOf(node.id, args, context) : null,
  ),
};

export const Usage = {
  apiKey: ({ apiKeyId }: UsageEntry, _args: unknown, { identity, loadersOf }: AccessContext) =>
    apiKeyId === null ? null : loadersOf(identity).apiKey.load(apiKeyId),
};

export const usageMutations = {
  async recordUsage(_parent: unknown, { input }: { readonly input: unknown }, { transact }: AccessContext) {
    return payloadOf(async () => {
      const report = parseInput(recordUsageInput, input);
      await transact(({ em }) => recordUsage(em, report));
      return {};
    });
  },
};
