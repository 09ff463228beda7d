import type { Tier } from '#shared/vocabulary.ts';
import type { BillingAddress } from '../../../subgraphs/access/domain/billing-details.ts';
import { streetAddress } from '../../generate/names.ts';
import { Random } from '../../generate/random.ts';
import type { Country, Hub, Organization } from '../../world.ts';

const termsOfTier: Readonly<Record<Tier, number>> = { FREE: 14, STANDARD: 30, PREMIUM: 30, ENTERPRISE: 45 };

export interface BillingDetails {
  readonly billingAddress: BillingAddress;
  readonly vatId: string;
  readonly paymentTermsDays: number;
}

/** Invented billing details of an organization in the city of its home hub. The same organization has the same details in every world. */
export function drawBillingDetails({ id, tier }: Pick<Organization, 'id' | 'tier'>, hub: Hub): BillingDetails {
  const random = new Random(0, `billing ${id}`);
  const { city, region, country } = hub;
  const lines = ['Accounts Payable', streetAddress(random, country)];
  const billingAddress = { lines, city, region, postalCode: postalCode(random, country), country };
  return { billingAddress, vatId: taxNumber(random, country), paymentTermsDays: termsOfTier[tier] };
}

function postalCode(random: Random, country: Country): string {
  if (country !== 'CA') return digits(random, 5);
  return `${letters(random, 1)}${digits(random, 1)}${letters(random, 1)} ${digits(random, 1)}${letters(random, 1)}${digits(random, 1)}`;
}

/** In the form of an EIN, a GST/HST number or an RFC. */
function taxNumber(random: Random, country: Country): string {
  if (country === 'US') return `${digits(random, 2)}-${digits(random, 7)}`;
  if (country === 'CA') return `${digits(random, 9)}RT0001`;
  return `${letters(random, 3)}${digits(random, 2)}0${random.integer(1, 9)}1${digits(random, 1)}${letters(random, 2)}${digits(random, 1)}`;
}

function digits(random: Random, count: number): string {
  return String(random.integer(10 ** (count - 1), 10 ** count - 1));
}

/** Letters that Canadian postal codes begin with. */
const alphabet = [...'ABCEGHJKLMNPRSTVXY'];

function letters(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.pick(alphabet)).join('');
}
