import {
  type GraphQLArgument,
  type GraphQLInputField,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
} from 'graphql';
import type { World } from '../../../demo/world.ts';

/** Arguments of a list, and what they ask for. */
export interface Probe {
  /** Such as `filter.search` or `orderBy.NAME`. */
  readonly asks: string;
  readonly args: Readonly<Record<string, unknown>>;
}

type Values = Readonly<Record<string, readonly unknown[]>>;

/** Values by name of a filter or else by type. They are those of records of several organizations. */
export function probeValuesOf({
  demo,
  organizations,
  accounts,
  drivers,
  vehicles,
  hubs,
  shipments,
  now,
}: World): Values {
  const some = <T>(all: readonly T[], isOwn: (one: T) => boolean): T[] => [
    ...all.filter(isOwn).slice(0, 2),
    ...all.filter((one) => !isOwn(one)).slice(0, 3),
  ];
  const members = some(
    organizations,
    ({ id }) => id === demo.customerOrganizationId || id === demo.partnerOrganizationId,
  );
  const loads = some(shipments, ({ organizationId }) => organizationId === demo.customerOrganizationId);
  const carriers = some(drivers, ({ id }) => id === demo.driverId);
  const carried = loads.flatMap(({ assignment }) => assignment ?? []);
  const carrying = [
    ...new Set([...carried.map(({ vehicleId }) => vehicleId), ...vehicles.slice(0, 2).map(({ id }) => id)]),
  ];
  const invoices = shipments.flatMap(({ invoice }) => invoice ?? []).slice(0, 5);
  const cities = [...new Set(loads.flatMap(({ stops }) => stops.map(({ city }) => city)))];
  const middle = new Date(now.getTime() - 5 * 86_400_000);
  const tomorrow = new Date(now.getTime() + 86_400_000);
  return {
    organizationId: members.map(({ id }) => id),
    driverId: [...carriers.map(({ id }) => id), ...carried.map(({ driverId }) => driverId)],
    vehicleId: carrying,
    shipmentId: loads.map(({ id }) => id),
    'ShipmentFilter.ids': loads.map(({ id }) => id),
    geofenceId: [accounts[0]?.id],
    'ShipmentFilter.references': loads.map(({ reference }) => reference),
    'ShipmentFilter.customerReferences': loads.map(({ reference }) => reference),
    'ShipmentFilter.search': [
      ...loads.map(({ reference }) => reference.slice(-5)),
      ...members.map(({ name }) => name),
      ...carriers.map(({ name }) => name),
      ...vehicles.filter(({ id }) => carrying.includes(id)).map(({ plate }) => plate),
      ...cities.slice(0, 3),
      `-"${members[0]?.name}"`,
    ],
    'InvoiceFilter.number': invoices.map(({ number }) => number),
    'DriverFilter.search': carriers.map(({ name }) => name),
    'DriverFilter.name': carriers.map(({ name }) => name),
    licenseNumber: carriers.map(({ licenseNumber }) => licenseNumber),
    plate: vehicles.filter(({ id }) => carrying.includes(id)).map(({ plate }) => plate),
    city: cities.slice(0, 4),
    region: [...new Set(hubs.map(({ region }) => region))].slice(0, 4),
    country: [...new Set(hubs.map(({ country }) => country))],
    hubCode: hubs.slice(0, 4).map(({ code }) => code),
    'GeofenceFilter.search': [hubs[0]?.city],
    'Query.geofences.search': [hubs[0]?.city],
    freeIn: [{ from: now, until: tomorrow }],
    TimeRange: [{ from: middle }, { until: middle }],
    DateTime: [middle],
    Boolean: [true, false],
    GeoBoundsInput: [
      { south: -90, west: -180, north: 90, east: 180 },
      { south: 30, west: -100, north: 42, east: -80 },
    ],
  };
}

const pages: ReadonlySet<string> = new Set(['first', 'after', 'last', 'before']);

/**
 * Asks a list for each value of each of its arguments, one at a time.
 * @param owner name of the list, such as `Query.shipments` @throws Error that names an argument without values
 */
export function probesOf(owner: string, args: readonly GraphQLArgument[], values: Values): Probe[] {
  return args
    .filter(({ name }) => !pages.has(name))
    .flatMap((argument) =>
      valuesOf(owner, argument, values).map(({ asks, value }) => ({ asks, args: { [argument.name]: value } })),
    );
}

interface Given {
  readonly asks: string;
  readonly value: unknown;
}

function valuesOf(owner: string, { name, type }: GraphQLArgument | GraphQLInputField, values: Values): Given[] {
  const named = getNamedType(type);
  const known = values[`${owner}.${name}`] ?? values[name] ?? values[named.name];
  const isList = isListType(getNullableType(type));
  const wrap = (asks: string, value: unknown): Given => ({ asks, value: isList ? [value] : value });
  if (known) return known.map((value) => wrap(name, value));
  if (isEnumType(named)) return named.getValues().map((value) => wrap(`${name}.${value.name}`, value.name));
  if (!isInputObjectType(named)) throw new Error(`The matrix has no values for ${owner}.${name}`);
  const fields = Object.values(named.getFields());
  const required = fields.find(isRequiredInputField);
  if (required) throw new Error(`The matrix has no values for ${named.name}, which requires ${required.name}`);
  return fields.flatMap((field) =>
    valuesOf(named.name, field, values).map(({ asks, value }) => wrap(`${name}.${asks}`, { [field.name]: value })),
  );
}
