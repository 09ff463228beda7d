import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { type AnalyticsUnderTest, cancelled, delivered, hired, pickedUp, startAnalytics } from './analytics.ts';

let analytics: AnalyticsUnderTest;
let receive: AnalyticsUnderTest['receive'];
let executive: AnalyticsUnderTest['executive'];

beforeAll(async () => {
  analytics = await startAnalytics();
  ({ receive, executive } = analytics);
});
afterAll(() => analytics.graph.close());
beforeEach(() => analytics.clear());

describe('driver utilization', () => {
  const [ann, bob] = [newId(), newId()];
  const hiredAt = '2028-02-20T18:00:00Z';
  const utilization = async (from?: string, until?: string) =>
    (await executive(from, until)).operations.driverUtilization;

  test('counts every day from pickup to delivery once, for any number of loads', async () => {
    const [first, second] = [newId(), newId()];
    await receive(
      hired(ann, hiredAt),
      pickedUp(first, ann, '2028-02-27T22:00:00Z'),
      delivered(first, ann, '2028-03-01T01:00:00Z', '2028-02-27T22:00:00Z'),
      pickedUp(second, ann, '2028-03-01T09:00:00Z'),
      delivered(second, ann, '2028-03-01T15:00:00Z', '2028-03-01T09:00:00Z'),
    );
    // Active February 20 to March 2 (12 days), busy February 27, 28, 29 and March 1.
    expect(await utilization()).toEqual({ activeDriverDays: 12, busyDriverDays: 4, rate: 4 / 12 });
    expect(await utilization('2028-02-29', '2028-02-29')).toEqual({ activeDriverDays: 1, busyDriverDays: 1, rate: 1 });
  });

  test('counts a load under way until now, and a cancelled load until its cancellation', async () => {
    const [open, lost] = [newId(), newId()];
    await receive(
      hired(ann, hiredAt),
      hired(bob, hiredAt),
      pickedUp(open, ann, '2028-02-29T23:00:00Z'),
      pickedUp(lost, bob, '2028-02-25T08:00:00Z'),
      cancelled(lost, bob, '2028-02-26T08:00:00Z'),
    );
    expect((await utilization()).busyDriverDays).toBe(3 + 2);
    expect((await utilization('2028-03-01', '2028-03-01')).busyDriverDays).toBe(1);
    expect((await utilization('2028-02-01', '2028-02-28')).busyDriverDays).toBe(2);
  });

  test('is the same for any order of the events of a load', async () => {
    const [late, again, given] = [newId(), newId(), newId()];
    await receive(
      delivered(late, ann, '2028-02-22T08:00:00Z', '2028-02-21T08:00:00Z'),
      pickedUp(late, ann, '2028-02-21T08:00:00Z'),
      pickedUp(again, ann, '2028-02-24T08:00:00Z'), // picked up again after an exception
      pickedUp(again, ann, '2028-02-23T08:00:00Z'),
      delivered(again, ann, '2028-02-25T08:00:00Z', '2028-02-23T08:00:00Z'),
      cancelled(given, ann, '2028-02-28T08:00:00Z'),
      pickedUp(given, ann, '2028-02-27T08:00:00Z'),
      hired(ann, hiredAt),
    );
    expect((await utilization()).busyDriverDays).toBe(2 + 3 + 2);
  });

  test('excludes days on which the driver was not active', async () => {
    await receive(
      hired(ann, hiredAt),
      hired(ann, hiredAt, '2028-02-28T10:00:00Z', true), // active again; this event arrives before the deactivation
      hired(ann, hiredAt, '2028-02-24T10:00:00Z', false),
      hired(bob, '2028-04-01T00:00:00Z', hiredAt), // starts later
      delivered(newId(), ann, '2028-02-26T08:00:00Z'),
      delivered(newId(), ann, '2028-02-28T09:00:00Z'),
    );
    // Active February 20 to 24 and 28 to March 2; the load of the 26th was carried on leave.
    expect(await utilization()).toMatchObject({ activeDriverDays: 5 + 4, busyDriverDays: 1 });
    expect((await executive('2028-02-25', '2028-02-26')).growth.drivers).toEqual({ total: 0, new: 0 });
    expect((await executive()).growth.drivers).toEqual({ total: 1, new: 1 });
  });

  test('counts a day once if a driver was deactivated and activated on it', async () => {
    await receive(
      hired(ann, hiredAt),
      hired(ann, hiredAt, '2028-02-24T10:00:00Z', false),
      hired(ann, hiredAt, '2028-02-24T16:00:00Z', true),
    );
    expect((await utilization()).activeDriverDays).toBe(12);
  });

  test('counts a day once on which a driver finished one load and has another under way', async () => {
    await receive(
      hired(ann, hiredAt),
      delivered(newId(), ann, '2028-03-01T09:00:00Z'),
      pickedUp(newId(), ann, '2028-03-01T10:00:00Z'),
      pickedUp(newId(), ann, '2028-03-01T11:00:00Z'),
    );
    expect((await utilization()).busyDriverDays).toBe(2); // March 1 and today
  });

  test('counts a load for the driver who ended it', async () => {
    const load = newId();
    await receive(
      hired(ann, hiredAt),
      hired(bob, '2028-02-24T00:00:00Z'),
      pickedUp(load, ann, '2028-02-23T22:00:00Z'),
      delivered(load, bob, '2028-02-25T08:00:00Z', '2028-02-23T22:00:00Z'),
    );
    // Bob was not employed yet on the day of the pickup.
    expect((await utilization()).busyDriverDays).toBe(2);
  });

  test('counts loads of a driver whose record arrives later', async () => {
    await receive(delivered(newId(), ann, '2028-02-22T08:00:00Z', '2028-02-21T08:00:00Z'));
    expect((await utilization()).busyDriverDays).toBe(0);
    await receive(hired(ann, hiredAt));
    expect((await utilization()).busyDriverDays).toBe(2);
  });

  test('follows a deactivation that arrives late, with an earlier time', async () => {
    await receive(
      hired(ann, hiredAt),
      delivered(newId(), ann, '2028-02-24T08:00:00Z', '2028-02-22T08:00:00Z'),
      pickedUp(newId(), ann, '2028-02-27T08:00:00Z'),
      hired(ann, hiredAt, '2028-02-29T12:00:00Z', true),
    );
    expect(await utilization()).toMatchObject({ activeDriverDays: 12, busyDriverDays: 3 + 5 });
    await receive(hired(ann, hiredAt, '2028-02-23T12:00:00Z', false));
    // Active February 20 to 23 and 29 to March 2.
    expect(await utilization()).toMatchObject({ activeDriverDays: 4 + 3, busyDriverDays: 2 + 3 });
    expect((await executive('2028-02-20', '2028-02-24')).growth.drivers).toEqual({ total: 0, new: 1 });
  });

  test('follows a corrected day of hiring', async () => {
    await receive(
      hired(ann, hiredAt),
      delivered(newId(), ann, '2028-02-21T08:00:00Z', '2028-02-20T20:00:00Z'),
      hired(ann, '2028-02-21T00:00:00Z', '2028-02-22T08:00:00Z'),
    );
    expect(await utilization()).toMatchObject({ activeDriverDays: 11, busyDriverDays: 1 });
    expect((await executive('2028-02-20', '2028-02-20')).growth.drivers).toEqual({ total: 0, new: 0 });
    expect((await executive('2028-02-21', '2028-02-21')).growth.drivers).toEqual({ total: 1, new: 1 });
  });
});
