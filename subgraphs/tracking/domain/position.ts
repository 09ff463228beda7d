import type { Point } from '#shared/geo/sphere.ts';

/** The position of a vehicle at one moment. */
export interface Position extends Point {
  readonly vehicleId: string;
  readonly driverId: string | null;
  readonly recordedAt: Date;
  readonly accuracyMeters: number;
  readonly speedMetersPerSecond: number | null;
  readonly headingDegrees: number | null;
  readonly sequence: number | null;
  readonly receivedAt: Date;
}
