import { requireData } from '../../client/data.ts';
import type { TestGraph } from './graph.ts';

/** Records as the graph shows them to an analyst, for a recount without analytics. */
export interface ShipmentRecord {
  readonly status: string;
  readonly createdAt: string;
  readonly pickedUpAt: string | null;
  readonly deliveredAt: string | null;
  readonly deliverBy: string | null;
  readonly statusChangedAt: string;
  readonly driver: { readonly id: string } | null;
  readonly rating: { readonly stars: number; readonly ratedAt: string } | null;
  readonly invoice: {
    readonly amount: { readonly amount: string };
    readonly issuedAt: string;
    readonly payments: readonly { readonly amount: { readonly amount: string }; readonly paidAt: string }[];
  } | null;
}

export interface Records {
  readonly shipments: readonly ShipmentRecord[];
  readonly drivers: readonly { readonly id: string; readonly hiredAt: string }[];
  readonly organizations: readonly { readonly createdAt: string }[];
}

interface Page<R> {
  readonly nodes: readonly R[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function readPage<R>(graph: TestGraph, query: string, after: string | null): Promise<Page<R>> {
  return requireData(await graph.ask<{ page: Page<R> }>('analyst', query, { after })).page;
}

/** Reads every record of a list, page by page. */
async function readAll<R>(graph: TestGraph, field: string, selection: string): Promise<R[]> {
  const query = `query($after: String) {
    page: ${field}(first: 100, after: $after) { nodes { ${selection} } pageInfo { hasNextPage endCursor } }
  }`;
  const records: R[] = [];
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: Page<R> = await readPage(graph, query, after);
    records.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return records;
}

export async function readRecords(graph: TestGraph): Promise<Records> {
  return {
    shipments: await readAll(
      graph,
      'shipments',
      `status createdAt pickedUpAt deliveredAt deliverBy statusChangedAt driver { id } rating { stars ratedAt }
       invoice { amount { amount } issuedAt payments { amount { amount } paidAt } }`,
    ),
    drivers: await readAll(graph, 'drivers', 'id hiredAt'),
    organizations: await readAll(graph, 'organizations', 'createdAt'),
  };
}

/** Counts the records of a range of UTC days. */
export function countRecords({ shipments, drivers, organizations }: Records, from: string, until: string) {
  const within = (instant: string | null | undefined) =>
    instant != null && instant.slice(0, 10) >= from && instant.slice(0, 10) <= until;
  const delivered = shipments.filter(({ deliveredAt }) => within(deliveredAt));
  const invoices = shipments.flatMap(({ invoice }) => (invoice && within(invoice.issuedAt) ? [invoice] : []));
  const payments = shipments.flatMap(({ invoice }) => invoice?.payments ?? []).filter(({ paidAt }) => within(paidAt));
  const stars = shipments.flatMap(({ rating }) => (rating && within(rating.ratedAt) ? [rating.stars] : []));
  const driverDays = drivers.flatMap(({ id, hiredAt }) =>
    calendar(later(from, hiredAt.slice(0, 10)), until).map((day) => `${id} ${day}`),
  );
  const carried = carriedDriverDays(shipments, until);
  const millisecondsOf = ({ pickedUpAt, deliveredAt }: ShipmentRecord) =>
    Date.parse(deliveredAt ?? '') - Date.parse(pickedUpAt ?? '');
  return {
    exact: {
      revenue: dollars(invoices),
      invoices: invoices.length,
      collected: dollars(payments),
      created: shipments.filter(({ createdAt }) => within(createdAt)).length,
      delivered: delivered.length,
      cancelled: shipments.filter(({ status, statusChangedAt }) => status === 'CANCELLED' && within(statusChangedAt))
        .length,
      activeDriverDays: driverDays.length,
      busyDriverDays: driverDays.filter((driverDay) => carried.has(driverDay)).length,
      ratings: stars.length,
      promoters: stars.filter((count) => count === 5).length,
      detractors: stars.filter((count) => count < 4).length,
      drivers: drivers.length,
      customers: organizations.length,
    },
    onTimeRate: delivered.filter((shipment) => shipment.deliveredAt! <= shipment.deliverBy!).length / delivered.length,
    meanDeliverySeconds: total(delivered.map(millisecondsOf)) / delivered.length / 1000,
    meanStars: total(stars) / stars.length,
  };
}

/** One "driver day" for each day from pickup to delivery, to cancellation, or to the last day for loads under way. */
function carriedDriverDays(shipments: readonly ShipmentRecord[], lastDay: string): ReadonlySet<string> {
  return new Set(
    shipments.flatMap(({ driver, pickedUpAt, deliveredAt, status, statusChangedAt }) => {
      if (!driver || !pickedUpAt) return [];
      const end = deliveredAt ?? (status === 'CANCELLED' ? statusChangedAt : lastDay);
      return calendar(pickedUpAt.slice(0, 10), end.slice(0, 10)).map((day) => `${driver.id} ${day}`);
    }),
  );
}

function calendar(from: string, until: string): string[] {
  const days: string[] = [];
  for (let time = Date.parse(from); time <= Date.parse(until); time += 86_400_000) {
    days.push(new Date(time).toISOString().slice(0, 10));
  }
  return days;
}

const later = (left: string, right: string) => (left > right ? left : right);
const total = (values: readonly number[]) => values.reduce((left, right) => left + right, 0);

/** The sum of amounts in the format of the graph. */
function dollars(amounts: readonly { readonly amount: { readonly amount: string } }[]): string {
  return (total(amounts.map(({ amount }) => Math.round(Number(amount.amount) * 100))) / 100).toFixed(2);
}
