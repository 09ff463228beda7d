import type { RiskFacts } from '../domain/vocabulary.ts';

/** A booking to which no rule applies. */
export const harmless: RiskFacts = {
  organizationAgeDays: 400,
  accountAgeDays: 300,
  valueCents: 1_000_000,
  currency: 'USD',
  earlierBookings: 50,
  lane: 'Chicago, IL, US → Dallas, TX, US',
  laneShipmentsPerMonth: 12,
  firstOnLane: false,
  bookingsInHour: 1,
  watchlist: [],
};

/** All four rules without the watchlist: 45 points. */
export const suspicious: RiskFacts = {
  ...harmless,
  organizationAgeDays: 3,
  valueCents: 20_000_000,
  earlierBookings: 6,
  laneShipmentsPerMonth: 0.2,
  firstOnLane: true,
  bookingsInHour: 7,
};
