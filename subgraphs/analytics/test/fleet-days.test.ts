import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { takeOnce } from '#shared/database/inbox.ts';
import { query } from '#shared/database/query.ts';
import { always, sql } from '#shared/database/sql.ts';
import { newId } from '#shared/ids.ts';
import { upgradeWith } from '../../shared/test/migrations.ts';
import { runs } from '../../shared/test/random.ts';
import type { Day } from '../domain/day.ts';
import { type FactEventName, type FactPayload, toFacts } from '../domain/facts.ts';
import { migrations } from '../migrations/list.ts';
import { activityOf } from '../store/activity.ts';
import { fleetDays } from '../store/fleet-days.ts';
import { recordFacts } from '../store/record.ts';
import { utilizationOf } from '../store/utilization.ts';
import {
  type AnalyticsUnderTest,
  cancelled,
  delivered,
  type Event,
  hired,
  now,
  pickedUp,
  startAnalytics,
} from './analytics.ts';
import { calendar } from './recount.ts';

let analytics: AnalyticsUnderTest;
beforeAll(async () => {
  analytics = await startAnalytics();
});
afterAll(() => analytics.graph.close());
beforeEach(() => analytics.clear());

const hourMs = 3_600_000;
const start = Date.parse('2028-02-20T00:00:00Z');
const until = '2028-03-02' as Day;
const days = calendar('2028-02-20', until);
const iso = (hour: number) => new Date(start + hour * hourMs).toISOString();

interface Load {
  readonly pickup: number;
  readonly hours: number;
  readonly end: 'DELIVERED' | 'CANCELLED' | null;
}
interface Driver {
  readonly hiredAt: number;
  /** Hours of changes: active again, and inactive, in turn. */
  readonly changes: readonly number[];
  readonly loads: readonly Load[];
}

/** Hours since the first day. Everything but the end of open loads is before now. */
const hours = fc.integer({ min: 0, max: 200 });
const drivers = fc.array(
  fc.record<Driver>({
    hiredAt: fc.integer({ min: 0, max: 60 }),
    changes: fc.uniqueArray(hours, { maxLength: 4 }).map((times) => times.sort((left, right) => left - right)),
    loads: fc.array(
      fc.record<Load>({
        pickup: hours,
        hours: fc.integer({ min: 0, max: 70 }),
        end: fc.constantFrom('DELIVERED', 'CANCELLED', null),
      }),
      { maxLength: 4 },
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

interface Known extends Driver {
  readonly id: string;
}

function eventsOf({ id, hiredAt, changes, loads }: Known): Event[] {
  return [
    hired(id, iso(hiredAt)),
    ...changes.map((at, index) => hired(id, iso(hiredAt), iso(hiredAt + 1 + at), index % 2 === 1)),
    ...loads.flatMap(({ pickup, hours: taken, end }) => {
      const load = newId();
      const at = iso(pickup + taken);
      const events = [pickedUp(load, id, iso(pickup))];
      if (end === 'DELIVERED') events.push(delivered(load, id, at, iso(pickup)));
      if (end === 'CANCELLED') events.push(cancelled(load, id, at));
      return events;
    }),
  ];
}

/** Whether the driver is active at some hour of a day before now. */
function isActiveOn({ hiredAt, changes }: Driver, day: string): boolean {
  const first = (Date.parse(day) - start) / hourMs;
  return Array.from({ length: 24 }, (_, hour) => first + hour).some((hour) => {
    const passed = changes.filter((at) => hiredAt + 1 + at <= hour).length;
    return hour >= hiredAt && start + hour * hourMs < now.getTime() && passed % 2 === 0;
  });
}

function isBusyOn({ loads }: Driver, day: string): boolean {
  return loads.some(({ pickup, hours: taken, end }) => {
    const last = end === null ? until : iso(pickup + taken).slice(0, 10);
    return iso(pickup).slice(0, 10) <= day && day <= last;
  });
}

/** Records an event in its own transaction, as the reaction to it does. */
function record(eventId: string, [name, payload]: Event): Promise<void> {
  const facts = toFacts(name as FactEventName, payload as FactPayload<FactEventName>); // analytics counts these events
  return analytics.graph.services.database.fork().transactional(async (em) => {
    if (await takeOnce(em, eventId)) await recordFacts(em, facts);
  });
}

describe('the days of all drivers', () => {
  test('equal a recount for any order of events that arrive twice and at the same time', async () => {
    const scenarios = drivers.chain((records) => {
      const known = records.map((driver): Known => ({ ...driver, id: newId() }));
      const events = known.flatMap(eventsOf).map((event) => ({ id: newId(), event }));
      return fc.tuple(
        fc.constant(known),
        fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
      );
    });
    await fc.assert(
      fc.asyncProperty(scenarios, async ([known, events]) => {
        await analytics.clear();
        await Promise.all(events.map(({ id, event }) => record(id, event)));
        for (const day of days) {
          const active = known.filter((driver) => isActiveOn(driver, day));
          const { operations, growth } = await analytics.executive(day, day);
          expect({ day, ...operations.driverUtilization, ...growth.drivers }).toMatchObject({
            day,
            activeDriverDays: active.length,
            busyDriverDays: active.filter((driver) => isBusyOn(driver, day)).length,
            total: active.length,
            new: known.filter(({ hiredAt }) => iso(hiredAt).startsWith(day)).length,
          });
        }
        const own = await utilizationOf(
          analytics.graph.services.database.fork(),
          { from: '2028-02-20' as Day, until },
          known.map(({ id }) => id),
        );
        for (const driver of known) {
          const active = days.filter((day) => isActiveOn(driver, day));
          expect(own.find(({ driverId }) => driverId === driver.id)).toMatchObject({
            activeDays: active.length,
            busyDays: active.filter((day) => isBusyOn(driver, day)).length,
          });
        }
      }),
      { numRuns: runs(8) },
    );
  });
});

describe('an upgrade', () => {
  test('refuses changes by processes of an older release, which do not keep these days', async () => {
    const em = analytics.graph.services.database.fork();
    const writes = {
      load: `insert into driver_day (driver_id, day, loads_carried) values ('${newId()}', '2028-02-23', 1)`,
      rating: `insert into driver_day (driver_id, day, ratings) values ('${newId()}', '2028-02-23', 1)`,
      driver: `insert into driver_change (driver_id, at, active, hired_at) values ('${newId()}', now(), true, now())`,
    };
    await expect(em.execute(writes.load)).rejects.toThrow('does not keep the sums of all drivers');
    await expect(em.execute(writes.driver)).rejects.toThrow('does not keep the sums of all drivers');
    await em.execute(writes.rating);
  });

  test('fills the days of all drivers from the rows of earlier releases', async () => {
    const [ann, bob] = [newId(), newId()];
    await using database = await upgradeWith('analytics', migrations, {
      before: '0002-fleet-days',
      statements: `
        insert into driver_change (driver_id, at, active, hired_at) values
          ('${ann}', '2028-02-20T18:00:00Z', true, '2028-02-20T18:00:00Z'),
          ('${ann}', '2028-02-24T00:00:00Z', false, '2028-02-20T18:00:00Z'),
          ('${ann}', '2028-02-28T10:00:00Z', true, '2028-02-20T18:00:00Z'),
          ('${bob}', '2028-02-19T08:00:00Z', true, '2028-02-21T00:00:00Z');
        insert into driver_day (driver_id, day, loads_carried, deliveries) values
          ('${ann}', '2028-02-23', 1, 0), ('${ann}', '2028-02-24', 1, 1), ('${ann}', '2028-02-28', 2, 1),
          ('${bob}', '2028-02-28', 1, 1), ('${bob}', '2028-02-29', 0, 0);`,
    });
    const em = database.fork();
    const stored = await query(em, sql`select day, hired::int, activated::int, busy::int from fleet_day order by day`);
    expect(stored).toEqual([
      { day: '2028-02-20', hired: 1, activated: 1, busy: 0 },
      { day: '2028-02-21', hired: 1, activated: 1, busy: 0 },
      { day: '2028-02-23', hired: 0, activated: 0, busy: 1 },
      { day: '2028-02-24', hired: 0, activated: -1, busy: 0 },
      { day: '2028-02-28', hired: 0, activated: 1, busy: 2 },
    ]);
    expect(stored).toEqual(await query(em, sql`${fleetDays(always, always)} order by day`));
    const activity = sql`select driver_id, hired_on, active from driver_activity order by driver_id`;
    expect(await query(em, activity)).toEqual(await query(em, sql`${activityOf(always)} order by driver_id`));
  });
});
