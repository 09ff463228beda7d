import type { Identity } from '#shared/identity/identity.ts';
import { type Tier, tiers } from '#shared/vocabulary.ts';
import { type Audience, audienceOf, audiences } from './audience.ts';

/** What a kind of caller may use of the schema. Elements with an excluded `@tag` do not exist for it. */
export interface SchemaContract {
  readonly name: string;
  readonly excludedTags: readonly string[];
}

/** Tags of elements that an audience may not use. */
const excludedFrom: Readonly<Record<Audience, readonly string[]>> = {
  partner: ['internal'],
  staff: [],
  app: ['internal'],
  anonymous: ['internal'],
};

/** The tag of elements for one tier and those above it, such as `tier-premium`. Staff may use all of them. */
function tierTag(tier: Tier): string {
  return `tier-${tier.toLowerCase()}`;
}

/** The contract of each audience and tier. */
export const schemaContracts: readonly SchemaContract[] = audiences.flatMap((audience) =>
  tiers.map((tier) => ({
    name: nameOf(audience, tier),
    excludedTags: [...excludedFrom[audience], ...(audience === 'staff' ? [] : tagsAbove(tier))],
  })),
);

const byName = new Map(schemaContracts.map((contract) => [contract.name, contract]));

/** The contract of an audience in one tier. */
export function contractFor(audience: Audience, tier: Tier): SchemaContract {
  return byName.get(nameOf(audience, tier))!; // the table has every audience and tier
}

/** The contract follows from the verified caller alone, like its audience. Anonymous callers have the lowest tier. */
export function contractOf(identity: Identity): SchemaContract {
  return contractFor(audienceOf(identity), identity.kind === 'account' ? identity.tier : lowestTier);
}

const lowestTier: Tier = tiers[0];

function tagsAbove(tier: Tier): string[] {
  return tiers.slice(tiers.indexOf(tier) + 1).map(tierTag);
}

function nameOf(audience: Audience, tier: Tier): string {
  return `${audience} ${tier}`;
}
