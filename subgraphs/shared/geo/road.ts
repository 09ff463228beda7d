import { greatCircleMeters, type Point } from './sphere.ts';

/** A stop of a truck, with its ISO 3166-1 alpha-2 country code. */
export interface RoadPoint extends Point {
  readonly country: string;
}

/** Ratio of road to great-circle distance in the United States. Also used where the country is unknown. */
export const usualRoadFactor = 1.2;
/** The ratio by country (Ballou, Rahardja and Sakai, Transportation Research A 36, 2002). */
const roadFactors: Readonly<Record<string, number>> = { US: usualRoadFactor, CA: 1.3, MX: 1.46 };
const roadFactorElsewhere = 1.3;

/** Estimated road distance in whole metres: the great-circle distance times the mean factor of both countries. */
export function roadMeters(from: RoadPoint, to: RoadPoint): number {
  return Math.round((greatCircleMeters(from, to) * (factorIn(from.country) + factorIn(to.country))) / 2);
}

/** Estimated road distance in metres over stops in driving order. */
export function roadMetersOver(stops: readonly RoadPoint[]): number {
  return stops.slice(1).reduce((sum, stop, index) => sum + roadMeters(stops[index]!, stop), 0);
}

function factorIn(country: string): number {
  return roadFactors[country] ?? roadFactorElsewhere;
}
