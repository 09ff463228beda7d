/** Words that the tables and the rules share: below both, so that neither needs the other to name a column. */

/** The rules in the order in which they are explained. */
export const riskRules = ['NEW_ACCOUNT', 'HIGH_VALUE_LITTLE_HISTORY', 'UNUSUAL_LANE', 'BURST', 'WATCHLIST'] as const;
export type RiskRule = (typeof riskRules)[number];

/** What one rule added to a score, and why. */
export interface RiskContribution {
  readonly rule: RiskRule;
  readonly points: number;
  /** A sentence with the figures. */
  readonly reason: string;
  /** The limits it was measured by, by name, as text. */
  readonly parameters: Readonly<Record<string, string>>;
}

export type ReviewDecision = 'APPROVE' | 'REJECT';

export const watchlistKinds = ['ORGANIZATION', 'ACCOUNT', 'EMAIL', 'NAME'] as const;
export type WatchlistKind = (typeof watchlistKinds)[number];

/** An entry of the watchlist that a booking met, as it read at that time. */
export interface WatchlistMatch {
  readonly entryId: string;
  readonly kind: WatchlistKind;
  readonly value: string;
  readonly reason: string;
}

/** Everything the rules look at, as of the booking. Stored with the assessment, so that it can be checked years later. */
export interface RiskFacts {
  /** Null where nothing is known of the organization yet. */
  readonly organizationAgeDays: number | null;
  /** Age of the account that booked; null for our own people, who book for others, and for accounts not known yet. */
  readonly accountAgeDays: number | null;
  /** Declared value in hundredths of its currency. */
  readonly valueCents: number;
  readonly currency: string;
  /** Bookings of the organization before this one, whatever became of them. */
  readonly earlierBookings: number;
  /** "Chicago, IL, US → Dallas, TX, US". */
  readonly lane: string;
  /** Bookings of all organizations on the lane in the year before, per month. */
  readonly laneShipmentsPerMonth: number;
  /** True where the organization never booked this lane before. */
  readonly firstOnLane: boolean;
  /** Bookings of the organization in the hour that ends with this one, this one included. */
  readonly bookingsInHour: number;
  readonly watchlist: readonly WatchlistMatch[];
}
