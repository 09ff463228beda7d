import type { Role, Tier } from '#shared/vocabulary.ts';
import type { Account, Hub, Organization } from '../world.ts';
import { DAY_MS, HOUR_MS } from './calendar.ts';
import type { Industry } from './commodities.ts';
import type { Mint } from './identifiers.ts';
import { localPart, personName } from './names.ts';
import type { Random } from './random.ts';

/** An organization, and figures for the generator only. */
export interface Shipper {
  readonly organization: Organization & { readonly industry: Industry };
  readonly hub: Hub;
  /** Relative number of shipments. */
  readonly volume: number;
  /** Accounts that book. Never empty; all of them joined with the organization. */
  readonly accounts: readonly Account[];
}

/** Employees of the freight company. */
export interface Staff {
  readonly admins: readonly Account[];
  readonly dispatchers: readonly Account[];
  readonly analysts: readonly Account[];
}

const stems: readonly string[] = (
  'Northwind Ridge, Cascade Fresh, Prairie Gold, Blue Heron, Ironwood, Red Mesa, Granite State, Saguaro, ' +
  'Lone Pine, Bluebonnet, Great Basin, Tidewater, Maple Crown, Silver Creek, Sierra Clara, Big Sky, Chinook, ' +
  'Magnolia, Rio Bravo, Laurentide, Buckeye, Palmetto, Evergreen, Badlands, Bayou, Copperline, Dogwood, ' +
  'Eagle Pass, Fundy, Golden Plains, Hawthorn, Inlet, Jade Canyon, Keystone Valley, Limestone, Mojave, ' +
  'Nopal, Osage, Piedmont, Quetzal, Ranchero, Sandhill, Tamarack, Umpqua, Vermilion, Wabash, Yellowhead, ' +
  'Zacate, Aspen Grove, Birchbark, Cypress Bend, Driftwood, Elkhorn, Foxglove'
).split(', ');

const endings: Readonly<Record<Industry, readonly string[]>> = {
  'Food and beverage': ['Foods', 'Provisions', 'Beverages'],
  Retail: ['Stores', 'Outfitters', 'Market'],
  Automotive: ['Motors', 'Auto Parts', 'Drivetrain'],
  'Building materials': ['Lumber', 'Building Supply', 'Steel'],
  Chemicals: ['Chemical', 'Polymers', 'Solvents'],
  Pharmaceuticals: ['Pharma', 'Biologics', 'Medical'],
  Electronics: ['Electronics', 'Devices', 'Circuits'],
  Agriculture: ['Farms', 'Growers', 'Agro'],
  'Paper and packaging': ['Paper', 'Packaging', 'Board Mills'],
  Machinery: ['Machine Works', 'Industrial', 'Equipment'],
  Energy: ['Energy', 'Fuels', 'Power'],
  'Consumer goods': ['Home', 'Brands', 'Goods'],
};

const industries = Object.keys(endings) as readonly Industry[]; // its names are the industries

/** Of every ten organizations: two free, four standard, three premium, one enterprise. */
const tierPattern: readonly Tier[] = [
  'PREMIUM',
  'ENTERPRISE',
  'STANDARD',
  'FREE',
  'STANDARD',
  'PREMIUM',
  'STANDARD',
  'FREE',
  'PREMIUM',
  'STANDARD',
];

const volumeOfTier: Readonly<Record<Tier, number>> = { FREE: 0.45, STANDARD: 1, PREMIUM: 2, ENTERPRISE: 4.2 };

/** Maximum number of organizations, because each has a unique name. */
export const ORGANIZATION_LIMIT = stems.length;

/** Organizations that joined before the history: 0 is the demo customer's, 1 the demo partner's. */
const FOUNDING_SHARE = 0.7;

export interface OrganizationInputs {
  readonly random: Random;
  readonly mint: Mint;
  readonly count: number;
  readonly hubs: readonly Hub[];
  readonly startMs: number;
  readonly nowMs: number;
}

/** Customers in the order of joining. The last two joined within the last two weeks. */
export function createShippers(inputs: OrganizationInputs): Shipper[] {
  const { random, count, hubs } = inputs;
  const names = random.shuffled(stems);
  const emails = new Set<string>();
  const founding = Math.max(2, Math.floor(count * FOUNDING_SHARE));
  return Array.from({ length: count }, (_, index) => {
    const industry = industryOf(index, count);
    const createdAtMs = joiningTime(inputs, index, founding);
    const name = `${names[index]!} ${random.pick(endings[industry])}`;
    const tier = index >= count - 2 && index > 1 ? 'FREE' : tierPattern[index % tierPattern.length]!;
    const hub = index === 0 ? hubs[0]! : hubs[Math.floor(hubs.length * random.unit() ** 1.6)]!;
    // The demo partner tries out a PREMIUM contract. Its number of shipments stays that of the pattern.
    const shownTier: Tier = index === 1 ? 'PREMIUM' : tier;
    const organization = {
      id: inputs.mint<'Organization'>(createdAtMs),
      name,
      slug: localPart(name).replaceAll('.', '-'),
      industry,
      tier: shownTier,
      homeHubId: hub.id,
      createdAt: new Date(createdAtMs),
    };
    const accounts = customerAccounts(inputs, organization, hub, index, emails);
    return { organization, hub, volume: volumeOf(random, tier, index, count), accounts };
  });
}

/** Every industry in turn. The two newcomers send expensive goods, so that risk rules apply today. */
function industryOf(index: number, count: number): Industry {
  if (count > 4 && index >= count - 2) return index === count - 1 ? 'Pharmaceuticals' : 'Electronics';
  return industries[index % industries.length]!;
}

/** The demo customer has many shipments, the newcomers have hardly any. */
function volumeOf(random: Random, tier: Tier, index: number, count: number): number {
  const volume = volumeOfTier[tier] * random.between(0.6, 1.4);
  if (index === 0) return 5;
  return index >= count - 2 ? volume * 0.2 : volume;
}

function joiningTime({ random, count, startMs, nowMs }: OrganizationInputs, index: number, founding: number): number {
  if (index < founding) return Math.floor(startMs - random.between(30, 1_500) * DAY_MS);
  if (index >= count - 2) return Math.floor(nowMs - random.between(8, 13) * DAY_MS);
  const share = (index - founding + random.unit()) / Math.max(1, count - 2 - founding);
  return Math.floor(startMs + share * (nowMs - 45 * DAY_MS - startMs));
}

function customerAccounts(
  { random, mint }: OrganizationInputs,
  organization: Organization,
  hub: Hub,
  index: number,
  emails: Set<string>,
): Account[] {
  return Array.from({ length: random.integer(1, 3) + (index < 2 ? 1 : 0) }, (_, seat) => {
    const demo = seat > 0 ? null : index === 0 ? 'customer' : index === 1 ? 'partner' : null;
    const name = personName(random, hub.country);
    const createdAtMs = organization.createdAt.getTime() + seat * HOUR_MS;
    return {
      id: mint<'Account'>(createdAtMs),
      email: demo === null ? uniqueEmail(emails, name, `${organization.slug}.test`) : `${demo}@demo.test`,
      name,
      roles: [demo === 'partner' ? ('PARTNER' as const) : ('CUSTOMER' as const)],
      organizationId: organization.id,
      createdAt: new Date(createdAtMs),
    };
  });
}

/** An address that is not in `taken`. Adds it there. */
export function uniqueEmail(taken: Set<string>, name: string, domain: string): string {
  const base = localPart(name);
  let email = `${base}@${domain}`;
  for (let number = 2; taken.has(email); number++) email = `${base}.${number}@${domain}`;
  taken.add(email);
  return email;
}

const COMPANY_DOMAIN = 'infamous-freight.test';

/** Administrators, dispatchers and analysts. The first of each role has the demo address. */
export function createStaff(random: Random, mint: Mint, startMs: number, dispatchers: number): Staff {
  const emails = new Set<string>();
  const people = (role: Role, demo: string, count: number): Account[] =>
    Array.from({ length: count }, (_, index) => {
      const createdAtMs = Math.floor(startMs - random.between(60, 1_800) * DAY_MS);
      const name = personName(random, random.pick(['US', 'US', 'CA', 'MX']));
      return {
        id: mint<'Account'>(createdAtMs),
        email: index === 0 ? `${demo}@demo.test` : uniqueEmail(emails, name, COMPANY_DOMAIN),
        name,
        roles: [role],
        organizationId: null,
        createdAt: new Date(createdAtMs),
      };
    });
  return {
    admins: people('ADMIN', 'admin', 2),
    dispatchers: people('DISPATCHER', 'dispatcher', dispatchers),
    analysts: people('ANALYST', 'analyst', 3),
  };
}
