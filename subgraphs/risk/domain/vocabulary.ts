/** Types that the entities and the rules share. */

/** The rules in the order in which they are explained. */
export const riskRules = ['NEW_ACCOUNT', 'HIGH_VALUE_LITTLE_HISTORY', 'UNUSUAL_LANE', 'BURST', 'WATCHLIST'] as const;
export type RiskRule = (typeof riskRules)[number];

/** What one rule added to a score, and why. */
export interface RiskContribution {
  readonly rule: RiskRule;
  readonly points: number;
  /** A sentence with the figures. */
  readonly reason: string;
  /** The limits of the rule by name, as text. */
  readonly parameters: Readonly<Record<string, string>>;
}

export type ReviewDecision = 'APPROVE' | 'REJECT';

export const watchlistKinds = ['ORGANIZATION', 'ACCOUNT', 'EMAIL', 'NAME'] as const;
export type WatchlistKind = (typeof watchlistKinds)[number];

/** A watchlist entry that matched a booking, as the entry was at that time. */
export interface WatchlistMatch {
  readonly entryId: string;
  readonly kind: WatchlistKind;
  readonly value: string;
  readonly reason: string;
}

/** The rules ask for ten earlier bookings. More than these say nothing new, and counting them would take longer every year. */
export const countedBookings = 100;

/** All inputs of the rules, as of the booking. Stored with the assessment, so that it can be verified years later. */
export interface RiskFacts {
  /** Null if the organization is not known yet. */
  readonly organizationAgeDays: number | null;
  /** Age of the account that booked. Null for staff, who book for customers, and for accounts not known yet. */
  readonly accountAgeDays: number | null;
  /** Declared value in minor units of its currency. */
  readonly valueCents: number;
  readonly currency: string;
  /** Bookings of the organization before this one, whatever their outcome. At most `countedBookings` are counted. */
  readonly earlierBookings: number;
  /** "Chicago, IL, US → Dallas, TX, US". */
  readonly lane: string;
  /** Bookings of all organizations on the lane in the year before, per month. */
  readonly laneShipmentsPerMonth: number;
  /** True if the organization never booked this lane before. */
  readonly firstOnLane: boolean;
  /** Bookings of the organization in the hour that ends with this one, this one included. */
  readonly bookingsInHour: number;
  readonly watchlist: readonly WatchlistMatch[];
}
