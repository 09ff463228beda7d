import type { RoadPoint } from '#shared/geo/road.ts';

/** A home base or a stop. `hubCode` is null if the place is not at a hub. */
export interface Place extends RoadPoint {
  readonly hubCode: string | null;
  readonly city: string;
  readonly region: string;
  /** IANA zone. */
  readonly timeZone: string;
}

export function labelOf({ city, region }: Place): string {
  return `${city}, ${region}`;
}
