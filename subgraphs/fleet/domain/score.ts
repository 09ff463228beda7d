/** A driver's record within a span of time. Scores, badges and rewards are computed from it. */
export interface Tally {
  readonly deliveries: number;
  /** Deliveries within their window. */
  readonly onTime: number;
  readonly ratings: number;
  /** Sum of the stars of all ratings. */
  readonly stars: number;
  readonly incidents: number;
  /** Road metres of the deliveries. */
  readonly distanceMeters: number;
  /** Sum of the times from pickup to delivery. */
  readonly transitSeconds: number;
}

export const emptyTally: Tally = {
  deliveries: 0,
  onTime: 0,
  ratings: 0,
  stars: 0,
  incidents: 0,
  distanceMeters: 0,
  transitSeconds: 0,
};

/** What one event adds to a driver's record. Omitted figures stay as they are. */
export type TallyChange = Partial<Tally>;

export function addToTally(tally: Tally, change: TallyChange): Tally {
  return {
    deliveries: tally.deliveries + (change.deliveries ?? 0),
    onTime: tally.onTime + (change.onTime ?? 0),
    ratings: tally.ratings + (change.ratings ?? 0),
    stars: tally.stars + (change.stars ?? 0),
    incidents: tally.incidents + (change.incidents ?? 0),
    distanceMeters: tally.distanceMeters + (change.distanceMeters ?? 0),
    transitSeconds: tally.transitSeconds + (change.transitSeconds ?? 0),
  };
}

export const pointsPerDelivery = 10;
export const pointsPerStar = 5;
export const pointsPerIncident = -50;
const onTimeBonus = 100;

export interface Score {
  readonly deliveryPoints: number;
  readonly ratingPoints: number;
  /** Zero or less. */
  readonly incidentPoints: number;
  /** On-time rate × 100, rounded to a whole point. */
  readonly onTimePoints: number;
  /** The sum. Negative if incidents outweigh the rest. */
  readonly points: number;
}

/** 10 per delivery, 5 per rating star, −50 per incident, and the on-time rate × 100. */
export function scoreOf(tally: Tally): Score {
  const deliveryPoints = pointsPerDelivery * tally.deliveries;
  const ratingPoints = pointsPerStar * tally.stars;
  const incidentPoints = tally.incidents === 0 ? 0 : pointsPerIncident * tally.incidents;
  const onTimePoints = Math.round(onTimeBonus * (onTimeRateOf(tally) ?? 0));
  const points = deliveryPoints + ratingPoints + incidentPoints + onTimePoints;
  return { deliveryPoints, ratingPoints, incidentPoints, onTimePoints, points };
}

/** 0 to 1. Null without deliveries. */
export function onTimeRateOf(tally: Tally): number | null {
  return tally.deliveries === 0 ? null : tally.onTime / tally.deliveries;
}

/** 1 to 5. Null without ratings. */
export function meanStarsOf(tally: Tally): number | null {
  return tally.ratings === 0 ? null : tally.stars / tally.ratings;
}

const pointsPerLevel = 500;

export interface Level {
  /** Level 1 is below 500 points. Every 500 points are one level more. */
  readonly level: number;
  /** Points missing for the next level. */
  readonly pointsToNextLevel: number;
}

export function levelOf(points: number): Level {
  const level = 1 + Math.floor(Math.max(0, points) / pointsPerLevel);
  return { level, pointsToNextLevel: level * pointsPerLevel - points };
}
