import { laneName } from '../../../subgraphs/risk/domain/lane.ts';
import { nameKey } from '../../../subgraphs/risk/domain/names.ts';
import { countedBookings, type RiskFacts, type WatchlistMatch } from '../../../subgraphs/risk/domain/vocabulary.ts';
import type { Shipment, World } from '../../world.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

export interface HistoricalBooking {
  readonly shipment: Shipment;
  readonly facts: RiskFacts;
  readonly bookedAt: Date;
}

interface History {
  readonly bookings: number[];
  readonly lanes: Set<string>;
}

/**
 * The facts of every booking of the demo world at its time, in the order of booking. Only the traffic of a lane is that of the
 * whole history: otherwise the first booking of every lane would be unusual.
 */
export function historicalFacts(world: World): HistoricalBooking[] {
  const organizations = new Map(world.organizations.map(({ id, createdAt }) => [id, createdAt]));
  const accounts = new Map(world.accounts.map((account) => [account.id, account]));
  const traffic = new Map(world.lanes.map(({ id, shipmentsPerMonth }) => [id, shipmentsPerMonth]));
  const watched = new Map<string, WatchlistMatch>(
    world.watchlist.map(({ id, name, reason }) => [nameKey(name), { entryId: id, kind: 'NAME', value: name, reason }]),
  );
  const histories = new Map<string, History>();

  return bookingsInOrder(world).map(({ shipment, bookedAt }) => {
    const { organizationId, laneId, stops } = shipment;
    const history = histories.get(organizationId) ?? { bookings: [], lanes: new Set<string>() };
    histories.set(organizationId, history);
    const at = bookedAt.getTime();
    const account = accounts.get(shipment.createdByAccountId);
    const [origin, destination] = [stops[0], stops.at(-1)];
    if (!origin || !destination) throw new Error(`shipment ${shipment.reference} has no stops`);
    const age = (since: Date | undefined) => (since ? (at - since.getTime()) / dayMs : null);
    const facts: RiskFacts = {
      organizationAgeDays: age(organizations.get(organizationId)),
      accountAgeDays: account?.organizationId === organizationId ? age(account.createdAt) : null,
      valueCents: shipment.totalValueCents,
      currency: 'USD',
      earlierBookings: Math.min(countedBookings, history.bookings.length),
      lane: laneName(origin, destination),
      laneShipmentsPerMonth: traffic.get(laneId) ?? 0,
      firstOnLane: !history.lanes.has(laneId),
      bookingsInHour: 1 + history.bookings.length - firstAfter(history.bookings, at - hourMs),
      watchlist: matches(shipment, watched),
    };
    history.bookings.push(at);
    history.lanes.add(laneId);
    return { shipment, facts, bookedAt };
  });
}

function bookingsInOrder({ shipments }: World): { shipment: Shipment; bookedAt: Date }[] {
  return shipments
    .flatMap((shipment) => {
      const bookedAt = shipment.events.find(({ toStatus }) => toStatus === 'BOOKED')?.occurredAt;
      return bookedAt ? [{ shipment, bookedAt }] : [];
    })
    .sort((left, right) => left.bookedAt.getTime() - right.bookedAt.getTime());
}

function matches({ stops }: Shipment, watched: ReadonlyMap<string, WatchlistMatch>): WatchlistMatch[] {
  const found = stops.flatMap(({ contactName }) => watched.get(nameKey(contactName)) ?? []);
  return [...new Set(found)];
}

/** Index of the first of ascending times after a moment. */
function firstAfter(times: readonly number[], moment: number): number {
  let index = times.length;
  while (index > 0 && times[index - 1]! > moment) index--;
  return index;
}
