/** The regions of the drill: the primary one, its stand-in, and one more. */
export const regionNames = ['us-east-1', 'us-west-2', 'eu-west-1'] as const;
export type RegionName = (typeof regionNames)[number];

/**
 * Assumed round trips in milliseconds, near what clouds publish of the network between their regions. Within a region: between two zones. The
 * drill has no real distance, so these are inputs and not results.
 */
const roundTrips: Readonly<Record<RegionName, Readonly<Record<RegionName, number>>>> = {
  'us-east-1': { 'us-east-1': 2, 'us-west-2': 66, 'eu-west-1': 76 },
  'us-west-2': { 'us-east-1': 66, 'us-west-2': 2, 'eu-west-1': 136 },
  'eu-west-1': { 'us-east-1': 76, 'us-west-2': 136, 'eu-west-1': 2 },
};
/** Assumed round trip from a client to the network of the region beside it. */
const lastMile = 10;

/** Milliseconds of one direction between servers. */
export const wayBetween = (from: RegionName, to: RegionName): number => roundTrips[from][to] / 2;

/** Milliseconds of one direction from clients beside a region to a region. */
export const wayFromClients = (near: RegionName, to: RegionName): number => (lastMile + roundTrips[near][to]) / 2;
