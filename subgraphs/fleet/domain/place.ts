import type { Point } from './road.ts';

/** Where a driver or vehicle is at home, or where a truck stops; `hubCode` is null outside the network's hubs. */
export interface Place extends Point {
  readonly hubCode: string | null;
  readonly city: string;
  readonly region: string;
  readonly country: string;
  /** IANA zone. */
  readonly timeZone: string;
}

export function labelOf({ city, region }: Place): string {
  return `${city}, ${region}`;
}
