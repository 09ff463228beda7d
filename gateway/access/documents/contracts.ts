import { type Identity, type Scope, scopesOf } from '#shared/identity/identity.ts';
import { type Role, type Tier, tiers } from '#shared/vocabulary.ts';
import { type Audience, audienceOf } from './audience.ts';

/** What a kind of caller may use of the schema. Everything else does not exist for it. */
export interface SchemaContract {
  readonly name: string;
  readonly audience: Audience;
  readonly tier: Tier;
  /** Elements with one of these tags do not exist. */
  readonly excludedTags: readonly string[];
  /** Every scope that a caller of this kind can hold. Fields that need other scopes do not exist. Undefined for staff: every field exists. */
  readonly scopes: readonly Scope[] | undefined;
}

type Kind = Pick<SchemaContract, 'audience' | 'excludedTags'> & {
  /** The roles that callers of this kind can have. Undefined for all roles. */
  readonly roles?: readonly Role[];
};

const partner: Kind = { audience: 'partner', roles: ['PARTNER'], excludedTags: ['internal', 'drivers', 'customers'] };
/** An account can have both roles. */
const partnerAndCustomer: Kind = {
  ...{ audience: 'partner', roles: ['PARTNER', 'CUSTOMER'] },
  excludedTags: ['internal', 'drivers'],
};

/**
 * The kinds of callers of each audience. Customers and drivers share the documents of the apps, and so one schema. Anonymous callers have the
 * schema of everybody outside the company, so that the refusal of a field can tell them to sign in.
 */
const kindsOf: Readonly<Record<Audience, readonly Kind[]>> = {
  partner: [partner, partnerAndCustomer],
  staff: [{ audience: 'staff', excludedTags: [] }],
  app: [{ audience: 'app', roles: ['CUSTOMER', 'DRIVER'], excludedTags: ['internal'] }],
  anonymous: [{ audience: 'anonymous', roles: ['PARTNER', 'CUSTOMER', 'DRIVER'], excludedTags: ['internal'] }],
};

/** The contracts of each audience in each tier. Every request looks one up. */
const contractsByTier: Readonly<Record<Audience, ReadonlyMap<Tier, readonly SchemaContract[]>>> = {
  partner: inTiers(kindsOf.partner),
  staff: inTiers(kindsOf.staff),
  app: inTiers(kindsOf.app),
  anonymous: inTiers(kindsOf.anonymous),
};

/** The contract of each kind of caller in each tier. */
export const schemaContracts: readonly SchemaContract[] = Object.values(contractsByTier).flatMap((inTier) =>
  [...inTier.values()].flat(),
);

const byName = new Map(schemaContracts.map((contract) => [contract.name, contract]));

/** The contracts of an audience in one tier. */
export function contractsFor(audience: Audience, tier: Tier): readonly SchemaContract[] {
  return contractsByTier[audience].get(tier) ?? [];
}

/** Finds a contract by its name. */
export function contractNamed(name: string): SchemaContract | undefined {
  return byName.get(name);
}

/** The contract follows from the verified caller alone, like its audience. Anonymous callers have the lowest tier. */
export function contractOf(identity: Identity): SchemaContract {
  const tier = identity.kind === 'account' ? identity.tier : tiers[0];
  const isCustomer = identity.kind === 'account' && identity.roles.includes('CUSTOMER');
  const [contract, ofCustomers = contract] = contractsFor(audienceOf(identity), tier);
  return (isCustomer ? ofCustomers : contract)!; // every audience has a kind
}

function inTiers(kinds: readonly Kind[]): ReadonlyMap<Tier, readonly SchemaContract[]> {
  return new Map(tiers.map((tier) => [tier, kinds.map((kind) => contractOfKind(kind, tier))]));
}

function contractOfKind(kind: Kind, tier: Tier): SchemaContract {
  const { audience, roles, excludedTags } = kind;
  return {
    ...{ name: nameOf(kind, tier), audience, tier },
    excludedTags: [...excludedTags, ...(audience === 'staff' ? [] : tagsAbove(tier))],
    scopes: roles && scopesOf(roles),
  };
}

/** Tags of elements for one tier and those above it, such as `tier-premium`. Staff may use all of them. */
function tagsAbove(tier: Tier): string[] {
  return tiers.slice(tiers.indexOf(tier) + 1).map((above) => `tier-${above.toLowerCase()}`);
}

function nameOf(kind: Kind, tier: Tier): string {
  return `${kind === partnerAndCustomer ? 'partner and customer' : kind.audience} ${tier}`;
}
