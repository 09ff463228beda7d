import { payloadOf, refuse, type UserError } from '#shared/errors.ts';
import { type AccountIdentity, requireAccount } from '#shared/identity.ts';
import type { ChangeOrigin } from '#shared/topics.ts';
import type { Transaction } from '#shared/transaction.ts';
import type { FleetContext } from '../context.ts';
import { assignShipment as assignInput, unassignShipment as unassignInput } from '../domain/assignment-input.ts';
import { Contested } from '../domain/contested.ts';
import { registerDriver as registerDriverInput, updateDriver as updateDriverInput } from '../domain/driver-input.ts';
import { reportIncident as incidentInput } from '../domain/incident-input.ts';
import { parseInput } from '../domain/input.ts';
import { redeemReward as redeemInput } from '../domain/reward-input.ts';
import {
  registerVehicle as registerVehicleInput,
  updateVehicle as updateVehicleInput,
} from '../domain/vehicle-input.ts';
import { driverOf } from '../domain/visibility.ts';
import { assignShipment, unassignShipment } from '../store/assignments.ts';
import { deactivateDriver, registerDriver, updateDriver } from '../store/drivers.ts';
import { reportIncident } from '../store/incidents.ts';
import { redeem } from '../store/rewards.ts';
import { endShift, startShift } from '../store/shifts.ts';
import { registerVehicle, retireVehicle, updateVehicle } from '../store/vehicles.ts';

type Run<T> = (transaction: Transaction, caller: AccountIdentity, now: Date) => Promise<T>;
type Payload<K extends string> = { readonly [key in K]?: object } & { readonly userErrors: readonly UserError[] };
type Input<T = unknown> = { readonly input: T };

/** Runs a mutation in a transaction; a contested record is shown as it stands beside the refusal. */
async function change<K extends string>(context: FleetContext, name: K, run: Run<object>): Promise<Payload<K>> {
  const { identity, transact, clock } = context;
  try {
    const payload = await payloadOf<object>(async () => {
      try {
        return { [name]: await transact((transaction) => run(transaction, requireAccount(identity), clock())) };
      } catch (error) {
        if (error instanceof Contested) return { [name]: error.current, userErrors: error.userErrors };
        throw error;
      }
    });
    return payload as Payload<K>;
  } finally {
    // What this request read before the change is old now.
    context.em.clear();
  }
}

function originOf(
  { requestId, clientRequestId, clientAddress }: FleetContext,
  { accountId }: AccountIdentity,
): ChangeOrigin {
  return { actorId: accountId, requestId, clientRequestId, clientAddress };
}

export const Mutation = {
  registerDriver: (_parent: unknown, { input }: Input, context: FleetContext) =>
    change(context, 'driver', (transaction, caller, now) =>
      registerDriver(transaction, originOf(context, caller), parseInput(registerDriverInput, input), now),
    ),
  updateDriver: (_parent: unknown, { input }: Input, context: FleetContext) =>
    change(context, 'driver', (transaction, caller, now) =>
      updateDriver(transaction, originOf(context, caller), parseInput(updateDriverInput, input), now),
    ),
  deactivateDriver: (
    _parent: unknown,
    { input }: Input<{ driverId: string; expectedVersion: number }>,
    context: FleetContext,
  ) =>
    change(context, 'driver', (transaction, caller, now) =>
      deactivateDriver(transaction, originOf(context, caller), input, now),
    ),
  registerVehicle: (_parent: unknown, { input }: Input, context: FleetContext) =>
    change(context, 'vehicle', (transaction, caller, now) =>
      registerVehicle(transaction, caller, parseInput(registerVehicleInput, input), now),
    ),
  updateVehicle: (_parent: unknown, { input }: Input, context: FleetContext) =>
    change(context, 'vehicle', (transaction, _caller, now) =>
      updateVehicle(transaction, parseInput(updateVehicleInput, input), now),
    ),
  retireVehicle: (
    _parent: unknown,
    { input }: Input<{ vehicleId: string; expectedVersion: number }>,
    context: FleetContext,
  ) => change(context, 'vehicle', (transaction, _caller, now) => retireVehicle(transaction, input, now)),
  startShift: (
    _parent: unknown,
    { input }: Input<{ driverId: string; vehicleId?: string | null }>,
    context: FleetContext,
  ) => change(context, 'shift', (transaction, caller, now) => startShift(transaction, caller, input, now)),
  endShift: (_parent: unknown, { input }: Input<{ driverId: string }>, context: FleetContext) =>
    change(context, 'shift', (transaction, caller, now) => endShift(transaction, caller, input, now)),
  assignShipment: (_parent: unknown, { input }: Input, context: FleetContext) =>
    change(context, 'assignment', (transaction, caller, now) =>
      assignShipment(transaction, caller, parseInput(assignInput, input), now),
    ),
  unassignShipment: (_parent: unknown, { input }: Input, context: FleetContext) =>
    change(context, 'assignment', (transaction, _caller, now) =>
      unassignShipment(transaction, parseInput(unassignInput, input), now),
    ),
  reportIncident: (_parent: unknown, { input }: Input, context: FleetContext) =>
    change(context, 'incident', (transaction, caller, now) =>
      reportIncident(transaction, caller, parseInput(incidentInput(now), input), now),
    ),
  redeemReward: async (_parent: unknown, { input }: Input, { identity, transact, clock }: FleetContext) =>
    payloadOf(async () => {
      const { accountId } = requireAccount(identity);
      const driverId = driverOf(identity);
      if (driverId === null) return refuse('NOT_A_DRIVER', 'An account of a driver is required; this one has none.');
      const redemption = parseInput(redeemInput, input);
      return transact(({ em }) => redeem(em, driverId, accountId, redemption, clock()));
    }),
};
