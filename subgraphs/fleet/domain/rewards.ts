import { pointsPerDelivery, pointsPerIncident, pointsPerStar } from './score.ts';

/** 100 points are worth 5 USD. Only multiples of 100 can be redeemed. */
export const redeemableStep = 100;
const centsPerStep = 500;
export const rewardCurrency = 'USD';
/** The most points of one redemption. */
export const maxRedeemable = 100_000;

/** Worth of points in US cents, rounded down to whole steps of 100 points. */
export function worthCents(points: number): number {
  return Math.floor(Math.max(0, points) / redeemableStep) * centsPerStep;
}

export const pointsForDelivery = pointsPerDelivery;

export function pointsForStars(stars: number): number {
  return stars * pointsPerStar;
}

/** An incident takes 50 points, but at most the balance. Redeemed points stay redeemed. */
export function forfeitOf(balance: number): number {
  return Math.min(-pointsPerIncident, Math.max(0, balance));
}

/** EARNED by deliveries and ratings, FORFEITED by incidents, REDEEMED for money. */
export type RewardKind = 'EARNED' | 'FORFEITED' | 'REDEEMED';
