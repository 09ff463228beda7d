import type { EntityManager } from '#shared/database/database.ts';
import {
  type Assignment,
  AssignmentEntity,
  type Driver,
  DriverEntity,
  type Incident,
  IncidentEntity,
  type RewardEntry,
  RewardEntryEntity,
  type Shift,
  ShiftEntity,
  type Vehicle,
  VehicleEntity,
} from '../entities.ts';
import { condition, type List } from './page.ts';

type Raw = Record<string, unknown>;

export const driversByName: List<Driver> = {
  source: condition('driver t'),
  order: [
    { column: 'name', kind: 'text' },
    { column: 'id', kind: 'uuid' },
  ],
  descending: false,
  toRow: (em: EntityManager, raw: Raw) => em.map(DriverEntity, raw),
  cursorOf: ({ name, id }) => [name, id],
};

export const driversByHiring: List<Driver> = {
  ...driversByName,
  order: [
    { column: 'hired_at', kind: 'time' },
    { column: 'id', kind: 'uuid' },
  ],
  descending: true,
  cursorOf: ({ hiredAt, id }) => [hiredAt.toISOString(), id],
};

export const vehicles: List<Vehicle> = {
  source: condition('vehicle t'),
  order: [
    { column: 'created_at', kind: 'time' },
    { column: 'id', kind: 'uuid' },
  ],
  descending: true,
  toRow: (em: EntityManager, raw: Raw) => em.map(VehicleEntity, raw),
  cursorOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
};

export const assignments: List<Assignment> = {
  source: condition('assignment t'),
  order: [
    { column: 'starts_at', kind: 'time' },
    { column: 'id', kind: 'uuid' },
  ],
  descending: true,
  toRow: (em: EntityManager, raw: Raw) => em.map(AssignmentEntity, raw),
  cursorOf: ({ startsAt, id }) => [startsAt.toISOString(), id],
};

export const shifts: List<Shift> = {
  source: condition('shift t'),
  order: [
    { column: 'started_at', kind: 'time' },
    { column: 'id', kind: 'uuid' },
  ],
  descending: true,
  toRow: (em: EntityManager, raw: Raw) => em.map(ShiftEntity, raw),
  cursorOf: ({ startedAt, id }) => [startedAt.toISOString(), id],
};

export const incidents: List<Incident> = {
  source: condition('incident t'),
  order: [
    { column: 'occurred_at', kind: 'time' },
    { column: 'id', kind: 'uuid' },
  ],
  descending: true,
  toRow: (em: EntityManager, raw: Raw) => em.map(IncidentEntity, raw),
  cursorOf: ({ occurredAt, id }) => [occurredAt.toISOString(), id],
};

export const rewardEntries: List<RewardEntry> = {
  source: condition('reward_entry t'),
  order: [
    { column: 'at', kind: 'time' },
    { column: 'id', kind: 'uuid' },
  ],
  descending: true,
  toRow: (em: EntityManager, raw: Raw) => em.map(RewardEntryEntity, raw),
  cursorOf: ({ at, id }) => [at.toISOString(), id],
};
