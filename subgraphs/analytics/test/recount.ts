import type { Shipment, World } from '../../../demo/world.ts';

/**
 * Counts a period from the world's records in the simplest way, without events, facts and SQL. The figures of the graph
 * are compared with it.
 */
export function recount({ shipments, organizations, drivers, now }: World, from: string, until: string) {
  const within = (instant: Date | null | undefined) => {
    const day = instant?.toISOString().slice(0, 10);
    return day !== undefined && day >= from && day <= until;
  };
  const created = shipments.filter(({ createdAt }) => within(createdAt));
  const delivered = shipments.filter(({ deliveredAt }) => within(deliveredAt));
  const invoiced = shipments.filter(({ invoice }) => within(invoice?.issuedAt));
  const stars = shipments.flatMap(({ rating }) => (rating && within(rating.ratedAt) ? [rating.stars] : []));
  const revenueCents = total(invoiced.map(({ invoice }) => invoice!.amountCents));
  const costCents = total(invoiced.map(({ carryingCostCents }) => carryingCostCents!));
  const days = calendar(from, until).filter((day) => day <= now.toISOString().slice(0, 10));
  const seconds = (start: keyof Shipment & ('pickedUpAt' | 'createdAt')) =>
    total(delivered.map((shipment) => shipment.deliveredAt!.getTime() - shipment[start]!.getTime())) / 1000;
  const driverDays = drivers.flatMap(({ id, hiredAt }) =>
    days.filter((day) => hiredAt.toISOString().slice(0, 10) <= day).map((day) => `${id} ${day}`),
  );
  const carried = carriedDriverDays(shipments, now);
  const busy = driverDays.filter((driverDay) => carried.has(driverDay)).length;
  return {
    revenueCents,
    costCents,
    invoices: invoiced.length,
    collectedCents: total(
      shipments.flatMap(({ invoice }) =>
        (invoice?.payments ?? []).filter(({ paidAt }) => within(paidAt)).map(({ amountCents }) => amountCents),
      ),
    ),
    dailyRevenue: days.map((day) => ({
      day,
      cents: total(
        invoiced.flatMap(({ invoice }) =>
          invoice!.issuedAt.toISOString().startsWith(day) ? [invoice!.amountCents] : [],
        ),
      ),
    })),
    created: created.length,
    delivered: delivered.length,
    cancelled: shipments.filter(({ status, statusChangedAt }) => status === 'CANCELLED' && within(statusChangedAt))
      .length,
    onTime: delivered.filter(({ onTime }) => onTime).length,
    deliverySeconds: seconds('pickedUpAt'),
    orderSeconds: seconds('createdAt'),
    meters: total(delivered.map(({ distanceMeters }) => Math.round(distanceMeters))),
    days: days.length,
    activeDriverDays: driverDays.length,
    busyDriverDays: busy,
    customers: {
      total: organizations.filter(({ createdAt }) => createdAt.toISOString().slice(0, 10) <= until).length,
      new: organizations.filter(({ createdAt }) => within(createdAt)).length,
      active: new Set(created.map(({ organizationId }) => organizationId)).size,
    },
    drivers: {
      total: drivers.filter(({ hiredAt }) => hiredAt.toISOString().slice(0, 10) <= until).length,
      new: drivers.filter(({ hiredAt }) => within(hiredAt)).length,
    },
    ratings: stars.length,
    stars: total(stars),
    promoters: stars.filter((count) => count === 5).length,
    detractors: stars.filter((count) => count < 4).length,
  };
}

/** "driver day" of every day on which a driver had a load on the truck. */
export function carriedDriverDays(shipments: readonly Shipment[], now: Date): Set<string> {
  const carried = new Set<string>();
  for (const { assignment, pickedUpAt, deliveredAt, status, statusChangedAt } of shipments) {
    if (!assignment || !pickedUpAt) continue;
    const end = deliveredAt ?? (status === 'CANCELLED' ? statusChangedAt : now);
    for (const day of calendar(pickedUpAt.toISOString().slice(0, 10), end.toISOString().slice(0, 10))) {
      carried.add(`${assignment.driverId} ${day}`);
    }
  }
  return carried;
}

export function calendar(from: string, until: string): string[] {
  const days: string[] = [];
  for (let time = Date.parse(from); time <= Date.parse(until); time += 86_400_000) {
    days.push(new Date(time).toISOString().slice(0, 10));
  }
  return days;
}

export function total(values: readonly number[]): number {
  return values.reduce((left, right) => left + right, 0);
}
