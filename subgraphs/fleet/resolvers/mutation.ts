import { refuse } from '#shared/errors/errors.ts';
import { originOf } from '#shared/graphql/change.ts';
import { mutation, recordMutation, type Scope } from '#shared/graphql/mutation.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import type { FleetContext } from '../context.ts';
import * as assignments from '../domain/assignment-input.ts';
import * as drivers from '../domain/driver-input.ts';
import * as incidents from '../domain/incident-input.ts';
import { redeemReward } from '../domain/reward-input.ts';
import { shiftInputs } from '../domain/shift-input.ts';
import * as vehicles from '../domain/vehicle-input.ts';
import { driverOf } from '../domain/visibility.ts';
import {
  AssignmentEntity,
  DriverEntity,
  IncidentEntity,
  RewardAccountEntity,
  RewardEntryEntity,
  ShiftEntity,
  VehicleEntity,
} from '../entities.ts';
import { assignShipment, unassignShipment } from '../store/assignments.ts';
import { deactivateDriver, registerDriver, updateDriver } from '../store/drivers.ts';
import { reportIncident } from '../store/incidents.ts';
import { redeem } from '../store/rewards.ts';
import { endShift, startShift } from '../store/shifts.ts';
import { registerVehicle, retireVehicle, updateVehicle } from '../store/vehicles.ts';
import { assignBest } from './assign-best.ts';

function requireDriver(caller: AccountIdentity): string {
  const message = 'Only drivers can redeem points. This account belongs to no driver.';
  return driverOf(caller) ?? refuse('NOT_A_DRIVER', message);
}

export const Mutation = {
  registerDriver: recordMutation('driver', {
    parse: (input, _context, now) => parseInput(drivers.registerDriver(now), input),
    after: ({ accountId }) => (accountId ? [accountId] : []),
    change: ({ context, transaction, caller, input, now }) =>
      registerDriver(transaction, originOf(context, caller), input, now),
    find: (em, id) => em.findOneOrFail(DriverEntity, { id }),
  }),
  updateDriver: recordMutation('driver', {
    parse: drivers.updateDriver,
    change: ({ context, transaction, caller, input, now }) =>
      updateDriver(transaction, originOf(context, caller), input, now),
  }),
  deactivateDriver: recordMutation('driver', {
    parse: drivers.deactivateDriver,
    change: ({ context, transaction, caller, input, now }) =>
      deactivateDriver(transaction, originOf(context, caller), input, now),
  }),
  registerVehicle: recordMutation('vehicle', {
    parse: (input, _context, now) => parseInput(vehicles.registerVehicle(now), input),
    change: ({ transaction, input, now }) => registerVehicle(transaction, input, now),
    find: (em, id) => em.findOneOrFail(VehicleEntity, { id }),
  }),
  updateVehicle: recordMutation('vehicle', {
    parse: (input, _context, now) => parseInput(vehicles.updateVehicle(now), input),
    change: ({ transaction, input, now }) => updateVehicle(transaction, input, now),
  }),
  retireVehicle: recordMutation('vehicle', {
    parse: vehicles.retireVehicle,
    change: ({ transaction, input, now }) => retireVehicle(transaction, input, now),
  }),
  startShift: recordMutation('shift', {
    parse: (input, { identity }: FleetContext) => parseInput(shiftInputs(identity).startShift, input),
    change: ({ transaction, caller, input, now }) => startShift(transaction, caller, input, now),
    find: (em, id) => em.findOneOrFail(ShiftEntity, { id }),
  }),
  endShift: recordMutation('shift', {
    parse: (input, { identity }: FleetContext) => parseInput(shiftInputs(identity).endShift, input),
    change: ({ transaction, caller, input, now }) => endShift(transaction, caller, input, now),
    find: (em, id) => em.findOneOrFail(ShiftEntity, { id }),
  }),
  assignShipment: recordMutation('assignment', {
    parse: assignments.assignShipment,
    after: ({ shipmentId }) => [shipmentId],
    async change({ context, transaction, caller, input, now }: Scope<FleetContext, assignments.AssignShipment>) {
      const assignment = await assignShipment(transaction, caller, input, now);
      transaction.afterCommit(() => context.recommendationCounts.assigned(input.shipmentId, input.driverId));
      return assignment;
    },
    find: (em, id) => em.findOneOrFail(AssignmentEntity, { id }),
  }),
  assignBest,
  unassignShipment: recordMutation('assignment', {
    parse: assignments.unassignShipment,
    after: ({ shipmentId }) => [shipmentId],
    change: ({ transaction, caller, input, now }) => unassignShipment(transaction, caller, input, now),
    find: (em, id) => em.findOneOrFail(AssignmentEntity, { id }),
  }),
  reportIncident: recordMutation('incident', {
    parse: (input, _context, now) => parseInput(incidents.reportIncident(now), input),
    after: ({ shipmentId }) => (shipmentId ? [shipmentId] : []),
    change: ({ transaction, caller, input, now }) => reportIncident(transaction, caller, input, now),
    find: (em, id) => em.findOneOrFail(IncidentEntity, { id }),
  }),
  redeemReward: mutation({
    parse: redeemReward,
    change: async ({ transaction, caller, input, now }) =>
      (await redeem(transaction, requireDriver(caller), input, now)).id,
    payload: async (id, { transaction: { em } }) => {
      const entry = await em.findOneOrFail(RewardEntryEntity, { id });
      return { entry, account: await em.findOneOrFail(RewardAccountEntity, { driverId: entry.driverId }) };
    },
  }),
};
