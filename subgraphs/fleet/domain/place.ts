import type { RoadPoint } from '#shared/geo/road.ts';

/** Where a driver or vehicle is at home, or where a truck stops; `hubCode` is null outside the network's hubs. */
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
