import type { Crossing, Fence } from './crossings.ts';
import type { Between, Fix } from './plausibility.ts';

/** Late positions of one vehicle between two stored positions, in order of time. */
export interface Gap<P> {
  readonly before: P | null;
  readonly late: readonly P[];
  readonly after: P | null;
}

/** What was recorded about a vehicle and its fences. */
export interface Recorded {
  /** True if the vehicle was inside the fence right after that time, by its recorded crossings. */
  wasInside(fenceId: string, at: Date): boolean;
  /** The crossing that was recorded for the position at that time. */
  crossingAt(fenceId: string, at: Date): 'ENTER' | 'EXIT' | undefined;
}

export interface Correction<P> {
  readonly found: readonly Crossing<P>[];
  /** Recorded crossings that the late positions prove wrong: the vehicle had crossed the border earlier. */
  readonly wrong: readonly { readonly fenceId: string; readonly at: Date }[];
}

/** Late positions of one vehicle by the gap in its history that they fill. */
export function gapsOf<P extends Fix>(late: readonly Between<P>[]): Gap<P>[] {
  const byEnd = Map.groupBy(late, ({ after }) => after?.recordedAt.getTime() ?? null);
  return [...byEnd.values()].map((own) => {
    const positions = own.map(({ fix }) => fix);
    const { before = null, after = null } = own[0] ?? {};
    return { before, late: positions, after };
  });
}

/**
 * Finds the crossings within a gap, and corrects the crossing at its end. The result is the same as if the positions had
 * arrived in order. Only within the hysteresis of a fence the recorded crossings decide where the vehicle was.
 */
export function fillGap<P extends Fix>(
  fences: readonly Fence[],
  { before, late, after }: Gap<P>,
  recorded: Recorded,
): Correction<P> {
  const found: Crossing<P>[] = [];
  const wrong: { fenceId: string; at: Date }[] = [];
  for (const fence of fences) {
    let inside = insideAtStart(fence, before, late, recorded);
    for (const position of late) {
      const is = inside ? !isLeft(fence, position) : fence.zone.contains(position);
      if (is !== inside) found.push({ fenceId: fence.id, kind: is ? 'ENTER' : 'EXIT', position });
      inside = is;
    }
    if (!after) continue;
    const is = isInside(fence, after, recorded);
    const crossing = is === inside ? undefined : is ? 'ENTER' : 'EXIT';
    const known = recorded.crossingAt(fence.id, after.recordedAt);
    if (known === crossing) continue;
    if (known) wrong.push({ fenceId: fence.id, at: after.recordedAt });
    if (crossing) found.push({ fenceId: fence.id, kind: crossing, position: after });
  }
  return { found, wrong };
}

/** Without an earlier position, a vehicle cannot leave a fence that it was not seen in. */
function insideAtStart<P extends Fix>(
  fence: Fence,
  before: P | null,
  [first]: readonly P[],
  recorded: Recorded,
): boolean {
  if (before) return isInside(fence, before, recorded);
  return first !== undefined && recorded.wasInside(fence.id, first.recordedAt) && !isLeft(fence, first);
}

function isInside(fence: Fence, position: Fix, recorded: Recorded): boolean {
  if (fence.zone.contains(position)) return true;
  return !isLeft(fence, position) && recorded.wasInside(fence.id, position.recordedAt);
}

function isLeft({ zone, hysteresisMeters }: Fence, position: Fix): boolean {
  return hysteresisMeters === 0 ? !zone.contains(position) : zone.metersOutside(position) > hysteresisMeters;
}
