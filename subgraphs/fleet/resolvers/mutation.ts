import { recordOnce } from '#shared/database/idempotency.ts';
import { payloadOf, refuse } from '#shared/errors/errors.ts';
import { changeRecord, keyedCall, originOf } from '#shared/graphql/change.ts';
import { requireAccount } from '#shared/identity/identity.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import type { FleetContext } from '../context.ts';
import { assignShipment as assignInput, unassignShipment as unassignInput } from '../domain/assignment-input.ts';
import { registerDriver as registerDriverInput, updateDriver as updateDriverInput } from '../domain/driver-input.ts';
import { reportIncident as incidentInput } from '../domain/incident-input.ts';
import { redeemReward as redeemInput } from '../domain/reward-input.ts';
import { endShift as endShiftInput, startShift as startShiftInput } from '../domain/shift-input.ts';
import {
  registerVehicle as registerVehicleInput,
  updateVehicle as updateVehicleInput,
} from '../domain/vehicle-input.ts';
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

type Input<T = unknown> = { readonly input: T };

export const Mutation = {
  registerDriver: (_parent: unknown, { input }: Input, context: FleetContext) =>
    changeRecord(context, 'driver', (transaction, caller, now) => {
      const facts = parseInput(registerDriverInput, input);
      return recordOnce(
        transaction,
        keyedCall(caller, 'registerDriver', facts),
        () => registerDriver(transaction, originOf(context, caller), facts, now),
        (id) => transaction.em.findOneOrFail(DriverEntity, { id }),
      );
    }),
  updateDriver: (_parent: unknown, { input }: Input, context: FleetContext) =>
    changeRecord(context, 'driver', (transaction, caller, now) =>
      updateDriver(transaction, originOf(context, caller), parseInput(updateDriverInput, input), now),
    ),
  deactivateDriver: (
    _parent: unknown,
    { input }: Input<{ driverId: string; expectedVersion: number }>,
    context: FleetContext,
  ) =>
    changeRecord(context, 'driver', (transaction, caller, now) =>
      deactivateDriver(transaction, originOf(context, caller), input, now),
    ),
  registerVehicle: (_parent: unknown, { input }: Input, context: FleetContext) =>
    changeRecord(context, 'vehicle', (transaction, caller, now) => {
      const facts = parseInput(registerVehicleInput, input);
      return recordOnce(
        transaction,
        keyedCall(caller, 'registerVehicle', facts),
        () => registerVehicle(transaction, facts, now),
        (id) => transaction.em.findOneOrFail(VehicleEntity, { id }),
      );
    }),
  updateVehicle: (_parent: unknown, { input }: Input, context: FleetContext) =>
    changeRecord(context, 'vehicle', (transaction, _caller, now) =>
      updateVehicle(transaction, parseInput(updateVehicleInput, input), now),
    ),
  retireVehicle: (
    _parent: unknown,
    { input }: Input<{ vehicleId: string; expectedVersion: number }>,
    context: FleetContext,
  ) => changeRecord(context, 'vehicle', (transaction, _caller, now) => retireVehicle(transaction, input, now)),
  startShift: (_parent: unknown, { input }: Input, context: FleetContext) =>
    changeRecord(context, 'shift', (transaction, caller, now) => {
      const facts = parseInput(startShiftInput, input);
      return recordOnce(
        transaction,
        keyedCall(caller, 'startShift', facts),
        () => startShift(transaction, caller, facts, now),
        (id) => transaction.em.findOneOrFail(ShiftEntity, { id }),
      );
    }),
  endShift: (_parent: unknown, { input }: Input, context: FleetContext) =>
    changeRecord(context, 'shift', (transaction, caller, now) => {
      const facts = parseInput(endShiftInput, input);
      return recordOnce(
        transaction,
        keyedCall(caller, 'endShift', facts),
        () => endShift(transaction, caller, facts, now),
        (id) => transaction.em.findOneOrFail(ShiftEntity, { id }),
      );
    }),
  assignShipment: (_parent: unknown, { input }: Input, context: FleetContext) =>
    changeRecord(context, 'assignment', (transaction, caller, now) => {
      const facts = parseInput(assignInput, input);
      return recordOnce(
        transaction,
        keyedCall(caller, 'assignShipment', facts),
        () => assignShipment(transaction, caller, facts, now),
        (id) => transaction.em.findOneOrFail(AssignmentEntity, { id }),
      );
    }),
  unassignShipment: (_parent: unknown, { input }: Input, context: FleetContext) =>
    changeRecord(context, 'assignment', (transaction, _caller, now) =>
      unassignShipment(transaction, parseInput(unassignInput, input), now),
    ),
  reportIncident: (_parent: unknown, { input }: Input, context: FleetContext) =>
    changeRecord(context, 'incident', (transaction, caller, now) => {
      const facts = parseInput(incidentInput(now), input);
      return recordOnce(
        transaction,
        keyedCall(caller, 'reportIncident', facts),
        () => reportIncident(transaction, caller, facts, now),
        (id) => transaction.em.findOneOrFail(IncidentEntity, { id }),
      );
    }),
  redeemReward: async (_parent: unknown, { input }: Input, { identity, transact, clock }: FleetContext) =>
    payloadOf(async () => {
      const caller = requireAccount(identity);
      const driverId = driverOf(identity);
      if (driverId === null)
        return refuse('NOT_A_DRIVER', 'Only drivers can redeem points. This account belongs to no driver.');
      const redemption = parseInput(redeemInput, input);
      return transact(async (transaction) => {
        const { em } = transaction;
        const entry = await recordOnce(
          transaction,
          keyedCall(caller, 'redeemReward', redemption),
          () => redeem(em, driverId, redemption, clock()),
          (id) => em.findOneOrFail(RewardEntryEntity, { id }),
        );
        return { entry, account: await em.findOneOrFail(RewardAccountEntity, { driverId }) };
      });
    }),
};
