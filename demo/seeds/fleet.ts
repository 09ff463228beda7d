import type { FieldCipher } from '#shared/identity/field-cipher.ts';
import { referenceKey, textKey } from '#shared/input/text-key.ts';
import { completedWindow } from '../../subgraphs/fleet/domain/assignment.ts';
import type { LoadState, RiskState } from '../../subgraphs/fleet/domain/load.ts';
import type { Place } from '../../subgraphs/fleet/domain/place.ts';
import { pointsForDelivery, pointsForStars } from '../../subgraphs/fleet/domain/rewards.ts';
import { driverLicense, driverPhone, licenseIndex } from '../../subgraphs/fleet/entities.ts';
import { tallyRow } from '../../subgraphs/fleet/store/scores.ts';
import { derivedId } from '../derived-id.ts';
import type { SeedWriter } from '../seeding/write-seeds.ts';
import type { Hub, SafetyIncident, Shipment, World } from '../world.ts';
import { type PastEvent, type ReplayedMovement, replay } from './fleet/replay.ts';
import { positionsOf } from './tracking/past-positions.ts';
import { lastOfVehicles } from './tracking.ts';

type Row = Record<string, unknown>;

/** Writes the state that the events of the world would have produced. */
export async function seed(tables: SeedWriter, world: World): Promise<void> {
  const hubs = new Map<string, Hub>(world.hubs.map((hub) => [hub.id, hub]));
  const booked = world.shipments.filter(({ events }) => events.some(({ toStatus }) => toStatus === 'BOOKED'));
  await tables.copy('vehicle', vehicleRows(world, hubs));
  await tables.copy('driver', driverRows(world, hubs, tables.cipher));
  await tables.copy('shift', shiftRows(world));
  await tables.copy(
    'load',
    booked.values().map((shipment) => loadRow(shipment, hubs)),
  );
  await tables.copy('load_state', world.shipments.values().map(loadStateRow));
  await tables.copy('assignment', booked.values().flatMap(assignmentRows));
  await tables.copy('vehicle_place', lastOfVehicles(positionsOf(world)).map(placeRow));
  await tables.copy('incident', world.incidents.map(incidentRow));
  await tables.copy('rating', booked.values().flatMap(ratingRows));
  await seedRecords(tables, world);
}

async function seedRecords(tables: SeedWriter, world: World): Promise<void> {
  const records = replay(pastEvents(world));
  const tallies = records.flatMap(({ driverId, tallies }) =>
    tallies.map(({ period, startsAt, tally }) => tallyRow(driverId, period, startsAt, tally)),
  );
  const badges = records.flatMap(({ driverId, badges }) =>
    badges.map(({ kind, earnedAt, rule, evidence }) => ({
      driver_id: driverId,
      kind,
      earned_at: earnedAt,
      rule,
      evidence,
    })),
  );
  await tables.copy('score_tally', tallies);
  await tables.copy('badge', badges);
  await tables.copy(
    'reward_account',
    records.map(({ driverId, movements }) => accountRow(driverId, movements)),
  );
  await tables.copy(
    'reward_entry',
    records.flatMap(({ driverId, movements }) => movements.map((movement) => entryRow(driverId, movement))),
  );
}

/** Events that count for drivers: deliveries, ratings, incidents. */
export function pastEvents({ shipments, incidents }: World): PastEvent[] {
  const carried = shipments.flatMap((shipment): PastEvent[] => {
    const { assignment, deliveredAt, pickedUpAt, onTime, rating, distanceMeters } = shipment;
    if (assignment === null || deliveredAt === null || pickedUpAt === null) return [];
    const { driverId } = assignment;
    const transitSeconds = (deliveredAt.getTime() - pickedUpAt.getTime()) / 1000;
    const change = { deliveries: 1, onTime: onTime === true ? 1 : 0, distanceMeters, transitSeconds };
    const delivery = { at: deliveredAt, driverId, change, earned: pointsForDelivery, incidentId: null };
    if (rating === null) return [delivery];
    const stars = { ratings: 1, stars: rating.stars };
    const earned = pointsForStars(rating.stars);
    return [delivery, { at: rating.ratedAt, driverId, change: stars, earned, incidentId: null }];
  });
  const troubled = incidents.map(({ id, driverId, occurredAt }) => {
    return { at: occurredAt, driverId, change: { incidents: 1 }, earned: 0, incidentId: id };
  });
  return [...carried, ...troubled];
}

function vehicleRows({ vehicles }: World, hubs: ReadonlyMap<string, Hub>): Row[] {
  return vehicles.map((vehicle) => ({
    id: vehicle.id,
    plate: vehicle.plate,
    plate_key: referenceKey(vehicle.plate),
    make: vehicle.make,
    model_year: vehicle.modelYear,
    equipment: vehicle.equipment,
    max_weight_kg: vehicle.maxWeightKg,
    max_volume_m3: vehicle.maxVolumeM3,
    home: placeOfHub(hubs.get(vehicle.homeHubId)),
    active: true,
    version: 1,
    created_at: vehicle.createdAt,
  }));
}

function driverRows({ drivers }: World, hubs: ReadonlyMap<string, Hub>, cipher: FieldCipher): Row[] {
  return drivers.map((driver) => ({
    id: driver.id,
    account_id: driver.accountId,
    name: driver.name,
    name_key: textKey(driver.name),
    phone: cipher.seal(driver.phone, driverPhone.place),
    license_number: cipher.seal(driver.licenseNumber, driverLicense.place),
    license_key: cipher.indexOf(referenceKey(driver.licenseNumber), licenseIndex.purpose),
    license_classes: driver.licenseClasses,
    equipment: driver.equipment,
    home: placeOfHub(hubs.get(driver.homeHubId)),
    usual_vehicle_id: driver.usualVehicleId,
    hired_at: driver.hiredAt,
    active: true,
    version: 1,
    created_at: driver.hiredAt,
  }));
}

/** Past and open shifts. Fleet stores no planned ones. */
function shiftRows({ shifts }: World): Row[] {
  return shifts
    .filter(({ status }) => status === 'ACTIVE' || status === 'COMPLETED')
    .map(({ id, driverId, vehicleId, startsAt, endsAt, status }) => ({
      id,
      driver_id: driverId,
      vehicle_id: vehicleId,
      started_at: startsAt,
      ended_at: status === 'COMPLETED' ? endsAt : null,
    }));
}

type SeenVehicle = ReturnType<typeof positionsOf>[number];

function placeRow({ vehicleId, driverId, latitude, longitude, recordedAt }: SeenVehicle): Row {
  return { vehicle_id: vehicleId, driver_id: driverId, latitude, longitude, seen_at: recordedAt };
}

function loadRow(shipment: Shipment, hubs: ReadonlyMap<string, Hub>): Row {
  const { stops, events } = shipment;
  return {
    shipment_id: shipment.id,
    reference: shipment.reference,
    organization_id: shipment.organizationId,
    equipment: shipment.equipment,
    weight_kg: shipment.totalWeightKg,
    volume_m3: shipment.totalVolumeM3,
    distance_meters: shipment.distanceMeters,
    stops: stops.map(
      ({ hubId, city, region, country, latitude, longitude, timeZone }): Place => ({
        hubCode: hubs.get(hubId)?.code ?? null,
        city,
        region,
        country,
        latitude,
        longitude,
        timeZone,
      }),
    ),
    pickup_from: stops[0]?.windowStart,
    pickup_until: stops[0]?.windowEnd,
    deliver_by: stops.at(-1)?.windowEnd,
    booked_at: events.find(({ toStatus }) => toStatus === 'BOOKED')?.occurredAt,
    // The shipments subgraph counts its own versions. Every later booking is newer than this.
    version: 1,
  };
}

function loadStateRow({ id, status, statusChangedAt, risk }: Shipment): Row {
  const state = status === 'ASSIGNED' || status === 'DRAFT' ? 'BOOKED' : status;
  return {
    shipment_id: id,
    state: state satisfies LoadState,
    state_at: statusChangedAt,
    risk: riskOf(risk),
    risk_at: risk?.decision?.decidedAt ?? risk?.assessedAt ?? null,
  };
}

function riskOf(risk: Shipment['risk']): RiskState {
  if (risk === null) return 'PENDING';
  if (risk.verdict !== 'REVIEW') return risk.verdict;
  if (risk.decision === null) return 'REVIEW';
  return risk.decision.decision === 'APPROVED' ? 'ALLOW' : 'BLOCK';
}

function assignmentRows({ id, organizationId, assignment, deliveredAt, onTime, events }: Shipment): Row[] {
  if (assignment === null) return [];
  const { state, startsAt, endsAt } = assignment;
  const completed = state === 'COMPLETED' && deliveredAt !== null;
  const window = completed ? completedWindow({ startsAt, endsAt }, deliveredAt, null) : { startsAt, endsAt };
  return [
    {
      id: assignment.id,
      shipment_id: id,
      organization_id: organizationId,
      driver_id: assignment.driverId,
      vehicle_id: assignment.vehicleId,
      starts_at: window.startsAt,
      ends_at: window.endsAt,
      state,
      assigned_by_account_id: assignment.assignedByAccountId,
      assigned_at: assignment.assignedAt,
      completed_at: completed ? deliveredAt : null,
      on_time: completed ? onTime : null,
      released_at: assignment.releasedAt,
      release_reason: state === 'RELEASED' ? `Shipment cancelled: ${events.at(-1)?.note ?? 'no reason given'}` : null,
    },
  ];
}

function incidentRow(incident: SafetyIncident): Row {
  return {
    id: incident.id,
    driver_id: incident.driverId,
    vehicle_id: incident.vehicleId,
    shipment_id: incident.shipmentId,
    kind: incident.kind,
    severity: incident.severity,
    description: incident.description,
    occurred_at: incident.occurredAt,
    reported_at: incident.occurredAt,
  };
}

function ratingRows({ id, assignment, rating }: Shipment): Row[] {
  if (assignment === null || rating === null) return [];
  return [{ shipment_id: id, driver_id: assignment.driverId, stars: rating.stars, rated_at: rating.ratedAt }];
}

function accountRow(driverId: string, movements: readonly ReplayedMovement[]): Row {
  const earned = movements.reduce((sum, { points }) => sum + Math.max(0, points), 0);
  const forfeited = movements.reduce((sum, { points }) => sum + Math.max(0, -points), 0);
  return { driver_id: driverId, balance: earned - forfeited, earned, forfeited, redeemed: 0 };
}

const monthName = new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' });

function entryRow(driverId: string, { kind, points, at, incidentId }: ReplayedMovement): Row {
  const month = monthName.format(at);
  return {
    id: derivedId(at, driverId, kind, incidentId ?? month),
    driver_id: driverId,
    kind,
    points,
    incident_id: incidentId,
    note: kind === 'EARNED' ? `Deliveries and ratings of ${month}` : 'Incident',
    at,
  };
}

function placeOfHub(hub: Hub | undefined): Place {
  if (!hub) throw new RangeError('The vehicle or driver has no home hub in the world.');
  const { code: hubCode, city, region, country, latitude, longitude, timeZone } = hub;
  return { hubCode, city, region, country, latitude, longitude, timeZone };
}
