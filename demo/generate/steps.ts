import type { ShipmentStatus } from '#shared/vocabulary.ts';
import type { Life } from './life.ts';

export interface Step {
  readonly status: ShipmentStatus;
  readonly at: number;
  readonly note: string | null;
}

/** The statuses of a shipment in order. Without a truck they end at BOOKED, or at the cancellation. */
export function stepsOf(life: Life, hasTruck: boolean): Step[] {
  const steps: Step[] = [step('DRAFT', life.createdAt), step('BOOKED', life.bookedAt)];
  if (hasTruck) steps.push(...stepsOnTheRoad(life));
  const { cancellation } = life;
  if (cancellation === null) return steps;
  return [...steps.filter(({ at }) => at < cancellation.at), step('CANCELLED', cancellation.at, cancellation.note)];
}

function stepsOnTheRoad(life: Life): Step[] {
  const { trouble } = life;
  const start = [
    step('ASSIGNED', life.assignedAt),
    step('PICKED_UP', life.pickedUpAt),
    step('IN_TRANSIT', life.departedAt),
  ];
  const end = [step('OUT_FOR_DELIVERY', life.outAt), step('DELIVERED', life.deliveredAt)];
  if (trouble === null) return [...start, ...end];
  const before = trouble.from === 'IN_TRANSIT' ? start : [...start, step('OUT_FOR_DELIVERY', life.outAt)];
  const fall = [...before, step('EXCEPTION', trouble.at, trouble.note)];
  if (!trouble.recovered) return [...fall, step('CANCELLED', trouble.endsAt, 'Given up, settled as a claim')];
  const resumed = step(trouble.from, trouble.endsAt, 'Solved, going on');
  return trouble.from === 'IN_TRANSIT'
    ? [...fall, resumed, ...end]
    : [...fall, resumed, step('DELIVERED', life.deliveredAt)];
}

function step(status: ShipmentStatus, at: number, note: string | null = null): Step {
  return { status, at, note };
}
