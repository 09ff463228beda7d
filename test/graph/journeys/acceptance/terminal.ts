import { expect } from '@jest/globals';
import { type DemoAccount, demoCredentials } from '../../../../demo/accounts.ts';
import type { User, Users } from '../../users.ts';

/** A driver who signs in on a phone, with an own vehicle. */
export interface Crew {
  readonly name: string;
  readonly user: User;
  readonly driverId: string;
  readonly vehicleId: string;
}

const hour = 3_600_000;
const metersPerDegree = 111_195;
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString();

/** Far from every hub of the demo world, so that only the terminal's own drivers can be at a pickup in time. */
const anchorage = { latitude: 61.2176, longitude: -149.8997 };
const fairbanks = { latitude: 64.8378, longitude: -147.7164 };
const alaska = { region: 'AK', country: 'US', timeZone: 'America/Anchorage' };

/** Adds a driver with account and vehicle to the terminal. @param calls notes the calls of the driver */
async function hire(users: Users, admin: User, name: string, calls: string[]): Promise<Crew> {
  const key = `terminal-${name.toLowerCase()}`;
  const account = { email: `${name.toLowerCase()}@terminal.test`, password: 'seventeen brown otters' };
  const homeBase = { city: 'Anchorage', ...alaska, location: anchorage };
  const { vehicle } = await admin.run<{ vehicle: { id: string } }>('RegisterVehicle', {
    idempotencyKey: `${key}-vehicle`,
    plate: `AK ${name}`,
    make: 'Kenworth T680',
    modelYear: 2025,
    equipment: 'DRY_VAN',
    maxWeightKg: 20_000,
    maxVolumeM3: 100,
    homeBase,
  });
  const registered = await admin.run<{ account: { id: string } }>('RegisterAccount', {
    idempotencyKey: `${key}-account`,
    name,
    roles: ['DRIVER'],
    ...account,
  });
  const { driver } = await admin.run<{ driver: { id: string } }>('RegisterDriver', {
    idempotencyKey: `${key}-driver`,
    name,
    phone: '+1 907 555 0100',
    licenseNumber: `AK-${name}`,
    licenseClasses: ['CLASS_A'],
    equipment: ['DRY_VAN'],
    homeBase,
    accountId: registered.account.id,
    usualVehicleId: vehicle.id,
  });
  return { name, user: users.signIn(account, calls), driverId: driver.id, vehicleId: vehicle.id };
}

/** A load from Anchorage to Fairbanks, with a pickup window of eight hours. */
export function loadFrom(key: string, pickupInHours: number): object {
  const stop = (city: string, location: object, fromHours: number) => ({
    city,
    ...alaska,
    location,
    contactName: `${city} dock`,
    windowStart: inHours(fromHours),
    windowEnd: inHours(fromHours + 8),
  });
  const item = { description: 'Pallets of paper', commodity: 'Paper', quantity: 4, weightKg: 900, volumeM3: 6 };
  return {
    idempotencyKey: `terminal-load-${key}`,
    equipment: 'DRY_VAN',
    book: true,
    stops: [stop('Anchorage', anchorage, pickupInHours), stop('Fairbanks', fairbanks, pickupInHours + 20)],
    items: [{ ...item, value: { amount: '2500.00', currency: 'USD' } }],
  };
}

export interface Load {
  readonly id: string;
  readonly reference: string;
  readonly version: number;
}

/** The people of a terminal. Their calls are noted, except those that only prepare a scene. */
export interface Terminal {
  readonly customer: User;
  readonly dispatcher: User;
  readonly admin: User;
  readonly crews: readonly Crew[];
  /** The documents that were sent since the last look. */
  takeCalls(): string[];
  /** Adds a driver, by calls that are noted. */
  hire(name: string): Promise<Crew>;
  /** A booked load, by calls that are not noted. */
  book(key: string, pickupInHours: number): Promise<Load>;
  /** Assigns it, by calls that are not noted. */
  assign(load: Load, crew: Crew): Promise<void>;
}

/** @param settle waits until everybody knows what the scene has prepared */
export async function openTerminal(users: Users, settle: () => Promise<void>): Promise<Terminal> {
  const calls: string[] = [];
  const unnoted = (account: DemoAccount) => users.signIn(demoCredentials(account));
  const noted = (account: DemoAccount) => users.signIn(demoCredentials(account), calls);
  const [customer, dispatcher] = [unnoted('customer'), unnoted('dispatcher')];
  const admin = noted('admin');
  const crews = [await hire(users, unnoted('admin'), 'Ada', calls)];
  await settle();
  return {
    customer: noted('customer'),
    dispatcher: noted('dispatcher'),
    admin,
    crews,
    takeCalls: () => calls.splice(0),
    async hire(name) {
      const crew = await hire(users, admin, name, calls);
      crews.push(crew);
      return crew;
    },
    async book(key, pickupInHours) {
      const { shipment } = await customer.run<{ shipment: Load }>('CreateShipment', loadFrom(key, pickupInHours));
      await settle();
      return shipment;
    },
    async assign({ id }, { driverId, vehicleId }) {
      await dispatcher.run('AssignShipment', { shipmentId: id, driverId, vehicleId });
      await settle();
    },
  };
}

/** The driver reports a step of a load. */
export async function advance({ user }: Crew, { id }: Load, to: string, more: object = {}): Promise<void> {
  await user.run('AdvanceShipment', { shipmentId: id, to, ...more });
}

/** The driver's phone reports where the vehicle is now: some metres north of the terminal. */
export async function reportPosition({ user, vehicleId }: Crew, meters: number): Promise<object> {
  const location = { ...anchorage, latitude: anchorage.latitude + meters / metersPerDegree };
  const position = { vehicleId, recordedAt: inHours(0), location, accuracyMeters: 5, speedMetersPerSecond: 18 };
  const outcome = await user.run('ReportPositions', { positions: [position] });
  expect(outcome).toMatchObject({ acceptedCount: 1, refused: [] });
  return location;
}
