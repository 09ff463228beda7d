import type { Point } from '#shared/geo/sphere.ts';
import type { Zone } from './area.ts';

export interface Fence {
  readonly id: string;
  readonly zone: Zone;
  /** A vehicle leaves when it is outside by more than this. With 0 it leaves at its first position outside. */
  readonly hysteresisMeters: number;
}

export interface Crossing<P> {
  readonly fenceId: string;
  readonly kind: 'ENTER' | 'EXIT';
  readonly position: P;
}

export interface Passage<P> {
  readonly crossings: readonly Crossing<P>[];
  /** Ids of the fences that contain the vehicle after its last position. */
  readonly inside: ReadonlySet<string>;
}

/**
 * Finds the ENTER and EXIT events of one vehicle. ENTER is the first position inside or on the border. EXIT is the first
 * position outside by more than the hysteresis. After a proven jump, these are the first proven position. The first position
 * of a vehicle makes no event, because nothing is known about where the vehicle was before.
 * @param inside fences that contained the vehicle before; null for a vehicle without earlier positions
 * @param positions in order of time
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
