import { greatCircleMeters, type Point } from './sphere.ts';

/** Where a truck stops, with its country in two letters (ISO 3166-1). */
export interface RoadPoint extends Point {
  readonly country: string;
}

/** Road over great-circle distance in the United States, and wherever the country is not known: most freight stays there. */
export const usualRoadFactor = 1.2;
/** The same by country (Ballou, Rahardja and Sakai, Transportation Research A 36, 2002). */
const roadFactors: Readonly<Record<string, number>> = { US: usualRoadFactor, CA: 1.3, MX: 1.46 };
const roadFactorElsewhere = 1.3;

/** Estimated metres of road from one place to the next, whole ones: the great circle times the mean factor of both countries. */
export function roadMeters(from: RoadPoint, to: RoadPoint): number {
  return Math.round((greatCircleMeters(from, to) * (factorIn(from.country) + factorIn(to.country))) / 2);
}

/** Estimated metres of road over stops in driving order: the sum of the legs. */
export function roadMetersOver(stops: readonly RoadPoint[]): number {
  return stops.slice(1).reduce((sum, stop, index) => sum + roadMeters(stops[index] as RoadPoint, stop), 0);
}

function factorIn(country: string): number {
  return roadFactors[country] ?? roadFactorElsewhere;
}
