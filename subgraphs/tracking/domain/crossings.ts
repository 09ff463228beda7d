import type { Point } from '#shared/geo/sphere.ts';
import type { Zone } from './area.ts';

export interface Fence {
  readonly id: string;
  readonly zone: Zone;
  /** How far outside the border a vehicle must be to have left; 0 = as soon as it is outside. */
  readonly hysteresisMeters: number;
}

export interface Crossing<P> {
  readonly fenceId: string;
  readonly kind: 'ENTER' | 'EXIT';
  readonly position: P;
}

export interface Passage<P> {
  readonly crossings: readonly Crossing<P>[];
  /** Ids of the fences in which the vehicle is after its last position. */
  readonly inside: ReadonlySet<string>;
}

/**
 * The rule of ENTER and EXIT for one vehicle, positions in order of time: ENTER at the first position inside or on the
 * border, EXIT at the first one outside by more than the hysteresis. The very first position of a vehicle makes no
 * event: nobody knows from where it came.
 * @param inside fences in which the vehicle was before, null for a vehicle without a past
 */
export function detectCrossings<P extends Point>(
  fences: readonly Fence[],
  inside: ReadonlySet<string> | null,
  positions: readonly P[],
): Passage<P> {
  const crossings: Crossing<P>[] = [];
  const now = new Set(inside);
  for (const [index, position] of positions.entries()) {
    const silent = inside === null && index === 0;
    for (const { id, zone, hysteresisMeters } of fences) {
      const was = now.has(id);
      const is = was ? staysInside(zone, hysteresisMeters, position) : zone.contains(position);
      if (was === is) continue;
      if (is) now.add(id);
      else now.delete(id);
      if (!silent) crossings.push({ fenceId: id, kind: is ? 'ENTER' : 'EXIT', position });
    }
  }
  return { crossings, inside: now };
}

function staysInside(zone: Zone, hysteresisMeters: number, position: Point): boolean {
  return hysteresisMeters === 0 ? zone.contains(position) : zone.metersOutside(position) <= hysteresisMeters;
}
