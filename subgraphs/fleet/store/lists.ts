import type { List, SortKey } from '#shared/database/list.ts';
import { sql } from '#shared/database/sql.ts';
import type { Assignment, Driver, Incident, RewardEntry, Shift, Vehicle } from '../entities.ts';
import { assignmentRows, driverRows, incidentRows, rewardEntryRows, shiftRows, vehicleRows } from './rows.ts';

const byId: SortKey<{ readonly id: string }> = { expression: 't.id', kind: 'uuid', property: 'id' };

const driversByName: List<Driver> = {
  rows: driverRows,
  from: sql`driver t`,
  order: [{ expression: 't.name_key', kind: 'text', property: 'nameKey' }, byId],
  descending: false,
  orderName: 'NAME',
};

const driversByHiring: List<Driver> = {
  rows: driverRows,
  from: sql`driver t`,
  order: [{ expression: 't.hired_at', kind: 'time', property: 'hiredAt' }, byId],
  descending: true,
  orderName: 'HIRED_NEWEST',
};

export const driversIn = {
  NAME: driversByName,
  HIRED_NEWEST: driversByHiring,
  NAME_ASC: driversByName,
  HIRED_AT_DESC: driversByHiring,
} as const;
export type DriverOrder = keyof typeof driversIn;

const vehiclesByCreation: List<Vehicle> = {
  rows: vehicleRows,
  from: sql`vehicle t`,
  order: [{ expression: 't.created_at', kind: 'time', property: 'createdAt' }, byId],
  descending: true,
  orderName: 'CREATED_NEWEST',
};

const vehiclesByPlate: List<Vehicle> = {
  rows: vehicleRows,
  from: sql`vehicle t`,
  order: [{ expression: 't.plate_key', kind: 'text', property: 'plateKey' }, byId],
  descending: false,
  orderName: 'PLATE',
};

export const vehiclesIn = { CREATED_NEWEST: vehiclesByCreation, PLATE: vehiclesByPlate } as const;
export type VehicleOrder = keyof typeof vehiclesIn;

export const assignments: List<Assignment> = {
  rows: assignmentRows,
  from: sql`assignment t`,
  order: [{ expression: 't.starts_at', kind: 'time', property: 'startsAt' }, byId],
  descending: true,
};

export const shifts: List<Shift> = {
  rows: shiftRows,
  from: sql`shift t`,
  order: [{ expression: 't.started_at', kind: 'time', property: 'startedAt' }, byId],
  descending: true,
};

export const incidents: List<Incident> = {
  rows: incidentRows,
  from: sql`incident t`,
  order: [{ expression: 't.occurred_at', kind: 'time', property: 'occurredAt' }, byId],
  descending: true,
};

export const rewardEntries: List<RewardEntry> = {
  rows: rewardEntryRows,
  from: sql`reward_entry t`,
  order: [{ expression: 't.at', kind: 'time', property: 'at' }, byId],
  descending: true,
};
