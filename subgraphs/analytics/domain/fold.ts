import type { Day } from './day.ts';
import {
  type BusinessMeasure,
  businessMeasures,
  type DriverMeasure,
  driverMeasures,
  type Fact,
  type FleetMeasure,
  fleetMeasures,
} from './facts.ts';

type Sums<M extends string> = { [measure in M]: number };
export type CompanyDay = { readonly day: Day } & Sums<BusinessMeasure>;
export type OrganizationDay = { readonly organizationId: string } & CompanyDay;
export type DriverDay = { readonly driverId: string; readonly day: Day } & Sums<DriverMeasure>;
export type FleetDay = { readonly day: Day } & Sums<FleetMeasure>;

/** Sums by day, by organization and day, and by driver and day. */
export interface Folded {
  readonly company: readonly CompanyDay[];
  readonly organizations: readonly OrganizationDay[];
  readonly drivers: readonly DriverDay[];
}

function zeros<M extends string>(measures: readonly M[]): Sums<M> {
  return Object.fromEntries(measures.map((measure) => [measure, 0])) as Sums<M>; // one entry per measure
}

/** The sums of a day without events. */
export const noBusiness = zeros(businessMeasures);
const noDriving = zeros(driverMeasures);
const noFleet = zeros(fleetMeasures);

/** Sums up facts in any order. Rows are sorted by key, so that concurrent writers lock them in the same order. */
export function foldFacts(facts: Iterable<Fact>): Folded {
  const company = new Map<string, CompanyDay>();
  const organizations = new Map<string, OrganizationDay>();
  const drivers = new Map<string, DriverDay>();
  for (const fact of facts) {
    if (fact.kind === 'business') {
      const { day, organizationId, amounts } = fact;
      add(company, day, () => ({ day, ...noBusiness }), amounts);
      const key = `${organizationId} ${day}`;
      add(organizations, key, () => ({ organizationId, day, ...noBusiness }), amounts);
    } else if (fact.kind === 'driver') {
      const { day, driverId, amounts } = fact;
      add(drivers, `${driverId} ${day}`, () => ({ driverId, day, ...noDriving }), amounts);
    }
  }
  return { company: inOrder(company), organizations: inOrder(organizations), drivers: inOrder(drivers) };
}

/** What must be added to get from the sums before to the sums after, sorted by day. */
export function differenceOf(before: readonly FleetDay[], after: readonly FleetDay[]): FleetDay[] {
  const days = new Map<string, FleetDay>();
  const count = (rows: readonly FleetDay[], sign: 1 | -1): void => {
    for (const row of rows) {
      const amounts = Object.fromEntries(fleetMeasures.map((measure) => [measure, sign * row[measure]]));
      add(days, row.day, () => ({ day: row.day, ...noFleet }), amounts);
    }
  };
  count(before, -1);
  count(after, 1);
  return inOrder(days);
}

function add<R extends object>(rows: Map<string, R>, key: string, empty: () => R, amounts: object): void {
  const row = (rows.get(key) ?? empty()) as R & Record<string, number>; // the measures of a row are numbers
  for (const [measure, amount] of Object.entries(amounts)) row[measure as keyof R & string] += amount;
  rows.set(key, row);
}

/** Drops rows whose sums are all zero, and sorts the others by key. */
function inOrder<R extends object>(rows: Map<string, R>): R[] {
  return [...rows.entries()]
    .filter(([, row]) => Object.values(row).some((value) => typeof value === 'number' && value !== 0))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, row]) => row);
}
