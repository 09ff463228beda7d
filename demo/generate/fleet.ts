import type { Equipment } from '#shared/vocabulary.ts';
import type { LicenseClass } from '../../subgraphs/fleet/domain/license.ts';
import type { Account, Driver, Hub, Vehicle } from '../world.ts';
import { DAY_MS } from './calendar.ts';
import type { Mint } from './identifiers.ts';
import { fictionalPhone, personName } from './names.ts';
import { uniqueEmail } from './organizations.ts';
import { cumulate, type Random } from './random.ts';

/** A driver with the usual vehicle, and figures for the generator only. */
export interface Crew {
  readonly index: number;
  readonly driver: Driver;
  readonly account: Account;
  readonly vehicle: Vehicle;
  readonly vehicleIndex: number;
  /** Index of the vehicle's home hub in the table of hubs. */
  readonly homeHub: number;
  /** Stars that customers add or subtract, about −0.5 to 0.5. */
  readonly skill: number;
  /** Multiplies the chance of an incident; 1 on average. */
  readonly recklessness: number;
}

interface VehicleClass {
  readonly equipment: Equipment;
  readonly share: number;
  readonly weightKg: readonly [least: number, most: number];
  readonly volumeM3: readonly [least: number, most: number];
  readonly makes: readonly string[];
}

/** Payloads within the usual legal limits of 36 t gross. */
const vehicleClasses: readonly VehicleClass[] = [
  {
    equipment: 'DRY_VAN',
    share: 0.45,
    weightKg: [19_000, 20_400],
    volumeM3: [90, 110],
    makes: ['Freightliner Cascadia', 'Kenworth T680', 'Volvo VNL'],
  },
  {
    equipment: 'REEFER',
    share: 0.17,
    weightKg: [18_000, 19_600],
    volumeM3: [76, 86],
    makes: ['Peterbilt 579', 'Volvo VNL', 'Freightliner Cascadia'],
  },
  {
    equipment: 'FLATBED',
    share: 0.19,
    weightKg: [20_500, 21_800],
    volumeM3: [70, 82],
    makes: ['Kenworth W990', 'Peterbilt 389', 'Mack Anthem'],
  },
  {
    equipment: 'TANKER',
    share: 0.09,
    weightKg: [20_000, 22_500],
    volumeM3: [24, 30],
    makes: ['Mack Anthem', 'Kenworth T880'],
  },
  {
    equipment: 'BOX_TRUCK',
    share: 0.1,
    weightKg: [4_200, 5_800],
    volumeM3: [28, 36],
    makes: ['International MV', 'Hino L6', 'Isuzu FTR'],
  },
];

/** The payload and volume that fit on every vehicle with this equipment. */
export function leastCapacity(equipment: Equipment): { weightKg: number; volumeM3: number } {
  const found = vehicleClasses.find((candidate) => candidate.equipment === equipment);
  if (found === undefined) throw new RangeError(`no vehicles of equipment ${equipment}`);
  return { weightKg: found.weightKg[0], volumeM3: found.volumeM3[0] };
}

export interface FleetInputs {
  readonly random: Random;
  readonly mint: Mint;
  readonly hubs: readonly Hub[];
  readonly drivers: number;
  readonly vehicles: number;
  readonly startMs: number;
  readonly nowMs: number;
}

/** Crews, one per driver. Driver 0 is the demo driver and drives a dry van. The first `vehicles` drivers have one vehicle each. */
export function createFleet(inputs: FleetInputs): Crew[] {
  const { random, drivers, vehicles } = inputs;
  const classes = classOfEachVehicle(vehicles);
  const homes = drawHomes(random, inputs.hubs, vehicles);
  const hirings = Array.from({ length: drivers }, (_, index) => hiringTime(inputs, index));
  const trucks = classes.map((kind, index) =>
    createVehicle(inputs, kind, index, inputs.hubs[homes[index]!]!, hirings[index]!),
  );
  const emails = new Set<string>();
  return hirings.map((hiredAtMs, index): Crew => {
    const vehicleIndex = index % vehicles;
    const vehicle = trucks[vehicleIndex]!;
    const homeHub = homes[vehicleIndex]!;
    const account = createAccount(inputs, inputs.hubs[homeHub]!, hiredAtMs, index === 0, emails);
    return {
      index,
      driver: createDriver(inputs, index, account, vehicle, hiredAtMs),
      account,
      vehicle,
      vehicleIndex,
      homeHub,
      skill: 0.22 * random.normal(),
      recklessness: Math.exp(0.8 * random.normal() - 0.32),
    };
  });
}

/** Kinds in proportion to their shares, at least one of each, mixed over the list. */
function classOfEachVehicle(count: number): VehicleClass[] {
  const taken = vehicleClasses.map(() => 0);
  return Array.from({ length: count }, (_, index) => {
    const neediest = vehicleClasses
      .map(({ share }, kind) => ({
        kind,
        lack: taken[kind] === 0 ? 1 - kind / 100 : share - taken[kind]! / (index + 1),
      }))
      .reduce((best, candidate) => (candidate.lack > best.lack ? candidate : best)).kind;
    taken[neediest] = taken[neediest]! + 1;
    return vehicleClasses[neediest]!;
  });
}

function drawHomes(random: Random, hubs: readonly Hub[], vehicles: number): number[] {
  const weights = cumulate(hubs.map((hub) => hub.weight));
  return Array.from({ length: vehicles }, (_, index) => (index === 0 ? 0 : random.weightedIndex(weights)));
}

/** Three in five drivers were hired before the history begins. Second drivers of a vehicle came later. */
function hiringTime({ random, drivers, vehicles, startMs, nowMs }: FleetInputs, index: number): number {
  const share = index / drivers;
  if (index < 5 || share < 0.6) return Math.floor(startMs - random.between(20, 2_900) * DAY_MS);
  const later = index >= vehicles ? 1 : 0.8;
  return Math.floor(startMs + ((share - 0.6) / 0.4) * later * (nowMs - 21 * DAY_MS - startMs));
}

function createVehicle(
  { random, mint }: FleetInputs,
  kind: VehicleClass,
  index: number,
  home: Hub,
  hiredAtMs: number,
): Vehicle {
  const createdAtMs = hiredAtMs - 3 * DAY_MS;
  const year = new Date(createdAtMs).getUTCFullYear();
  return {
    id: mint<'Vehicle'>(createdAtMs),
    plate: `${home.region.slice(0, 2)}-${random.integer(10, 99)}${letters(random, 2)}-${String(index).padStart(3, '0')}`,
    make: random.pick(kind.makes),
    modelYear: year - random.integer(0, 6),
    equipment: kind.equipment,
    maxWeightKg: Math.round(random.between(...kind.weightKg) / 50) * 50,
    maxVolumeM3: Math.round(random.between(...kind.volumeM3)),
    homeHubId: home.id,
    createdAt: new Date(createdAtMs),
  };
}

function createAccount(
  { random, mint }: FleetInputs,
  home: Hub,
  hiredAtMs: number,
  demo: boolean,
  emails: Set<string>,
): Account {
  const name = personName(random, home.country);
  return {
    id: mint<'Account'>(hiredAtMs),
    email: demo ? 'driver@demo.test' : uniqueEmail(emails, name, 'drivers.infamous-freight.test'),
    name,
    roles: ['DRIVER'],
    organizationId: null,
    createdAt: new Date(hiredAtMs),
  };
}

function createDriver(
  { random, mint }: FleetInputs,
  index: number,
  account: Account,
  vehicle: Vehicle,
  hiredAtMs: number,
): Driver {
  const licenseClasses = licensesFor(random, vehicle.equipment);
  const tractor = licenseClasses.includes('CLASS_A');
  const extra = (['DRY_VAN', 'REEFER', 'FLATBED', 'BOX_TRUCK'] as const).filter(() => random.chance(0.4));
  return {
    id: mint<'Driver'>(hiredAtMs),
    accountId: account.id,
    name: account.name,
    phone: fictionalPhone(random),
    homeHubId: vehicle.homeHubId,
    hiredAt: new Date(hiredAtMs),
    licenseClasses,
    licenseNumber: `${letters(random, 1)}${random.integer(10_000, 99_999)}${String(index).padStart(4, '0')}`,
    equipment: [...new Set<Equipment>([vehicle.equipment, ...(tractor ? extra : [])])],
    usualVehicleId: vehicle.id,
  };
}

function licensesFor(random: Random, equipment: Equipment): LicenseClass[] {
  if (equipment === 'BOX_TRUCK') return [random.chance(0.3) ? 'CLASS_A' : 'CLASS_B'];
  if (equipment === 'TANKER') return ['CLASS_A', 'TANK', 'HAZMAT'];
  return random.chance(0.25) ? ['CLASS_A', 'HAZMAT'] : ['CLASS_A'];
}

function letters(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.pick([...'ABCDEFGHJKLMNPRSTUVWXYZ'])).join('');
}
