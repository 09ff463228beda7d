import type { AccountId, ShipmentEvent, Stop } from '../world.ts';
import type { DispatchedPlan } from './dispatch.ts';
import type { Mint } from './identifiers.ts';
import type { Step } from './steps.ts';

interface Place {
  readonly place: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

const desk: Place = { place: null, latitude: null, longitude: null };

/** The steps of a shipment as events. Customers create and book, dispatchers assign, drivers act on the road. */
export function eventsOf(
  plan: DispatchedPlan,
  steps: readonly Step[],
  stops: readonly Stop[],
  dispatcher: AccountId,
  mint: Mint,
): ShipmentEvent[] {
  return steps.map((step, index): ShipmentEvent => {
    const where = placeOf(plan, step, stops);
    return {
      id: mint<'ShipmentEvent'>(step.at),
      fromStatus: steps[index - 1]?.status ?? null,
      toStatus: step.status,
      occurredAt: new Date(step.at),
      actorAccountId: actorOf(plan, step, dispatcher),
      ...where,
      note: step.note,
    };
  });
}

function actorOf({ account, crew, life }: DispatchedPlan, { status }: Step, dispatcher: AccountId): AccountId {
  if (status === 'DRAFT' || status === 'BOOKED') return account.id;
  if (status === 'ASSIGNED') return dispatcher;
  if (status === 'CANCELLED') return life.cancellation?.by === 'CUSTOMER' ? account.id : dispatcher;
  return crew?.account.id ?? dispatcher;
}

function placeOf({ life }: DispatchedPlan, { status, at }: Step, stops: readonly Stop[]): Place {
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (first === undefined || last === undefined) return desk;
  if (status === 'PICKED_UP' || at === life.departedAt) return standing(first);
  if (status === 'OUT_FOR_DELIVERY' || status === 'DELIVERED') return standing(last);
  if (status !== 'EXCEPTION' && status !== 'IN_TRANSIT') return desk;
  if (life.trouble?.from === 'OUT_FOR_DELIVERY') return standing(last);
  return between(first, last, ((life.trouble?.at ?? at) - life.departedAt) / (life.deliveredAt - life.departedAt));
}

function standing(stop: Stop): Place {
  return { place: `${stop.city}, ${stop.region}`, latitude: stop.latitude, longitude: stop.longitude };
}

/** A place on the straight line between two stops, close enough for a note on a map. */
function between(first: Stop, last: Stop, share: number): Place {
  const mix = (from: number, to: number): number => Math.round((from + (to - from) * share) * 1e5) / 1e5;
  const latitude = mix(first.latitude, last.latitude);
  const longitude = mix(first.longitude, last.longitude);
  return { place: `Between ${first.city} and ${last.city}`, latitude, longitude };
}
