import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ShipmentStatus, shipmentStatuses } from '#shared/vocabulary.ts';
import { somebody } from '../../shared/test/harness.ts';
import { actorsOf } from '../domain/actors.ts';
import { type Actor, isLate, judge, nextStatuses } from '../domain/status.ts';

const everybody: Actor[] = ['SHIPPER', 'DRIVER', 'DISPATCHER', 'DISPATCH'];

/** The whole table of steps, repeated by hand: from → to → actors. */
const table: Record<string, string> = {
  'DRAFT BOOKED': 'SHIPPER DISPATCHER',
  'DRAFT CANCELLED': 'SHIPPER DISPATCHER',
  'BOOKED ASSIGNED': 'DISPATCH',
  'BOOKED CANCELLED': 'SHIPPER DISPATCHER',
  'ASSIGNED BOOKED': 'DISPATCH',
  'ASSIGNED PICKED_UP': 'DRIVER DISPATCHER',
  'ASSIGNED CANCELLED': 'SHIPPER DISPATCHER',
  'PICKED_UP IN_TRANSIT': 'DRIVER DISPATCHER',
  'PICKED_UP EXCEPTION': 'DRIVER DISPATCHER',
  'IN_TRANSIT OUT_FOR_DELIVERY': 'DRIVER DISPATCHER',
  'IN_TRANSIT EXCEPTION': 'DRIVER DISPATCHER',
  'OUT_FOR_DELIVERY DELIVERED': 'DRIVER DISPATCHER',
  'OUT_FOR_DELIVERY EXCEPTION': 'DRIVER DISPATCHER',
  'EXCEPTION PICKED_UP': 'DRIVER DISPATCHER',
  'EXCEPTION IN_TRANSIT': 'DRIVER DISPATCHER',
  'EXCEPTION OUT_FOR_DELIVERY': 'DRIVER DISPATCHER',
  'EXCEPTION CANCELLED': 'DISPATCHER',
};

describe('the life of a shipment', () => {
  for (const from of shipmentStatuses) {
    test(`from ${from}: each step is allowed only for the actors in the table`, () => {
      const troubledFrom: ShipmentStatus | null = from === 'EXCEPTION' ? 'OUT_FOR_DELIVERY' : null;
      for (const to of shipmentStatuses) {
        const allowed = table[`${from} ${to}`]?.split(' ');
        for (const actor of everybody) {
          const expected = !allowed ? 'INVALID_TRANSITION' : allowed.includes(actor) ? 'ALLOWED' : 'NOT_ALLOWED';
          expect([to, actor, judge({ status: from, troubledFrom }, to, [actor])]).toEqual([to, actor, expected]);
        }
      }
    });
  }

  test('a shipment resumes from an exception at the status where it arose or an earlier one', () => {
    const ways = (troubledFrom: ShipmentStatus) => nextStatuses({ status: 'EXCEPTION', troubledFrom }, ['DRIVER']);
    expect(ways('PICKED_UP')).toEqual(['PICKED_UP']);
    expect(ways('IN_TRANSIT')).toEqual(['PICKED_UP', 'IN_TRANSIT']);
    expect(ways('OUT_FOR_DELIVERY')).toEqual(['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY']);
  });

  test('no sequence of steps delivers a shipment without PICKED_UP, IN_TRANSIT and OUT_FOR_DELIVERY', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...shipmentStatuses), { maxLength: 60 }), (wishes) => {
        let standing: { status: ShipmentStatus; troubledFrom: ShipmentStatus | null } = {
          status: 'DRAFT',
          troubledFrom: null,
        };
        const life: ShipmentStatus[] = ['DRAFT'];
        for (const to of wishes) {
          if (judge(standing, to, everybody) !== 'ALLOWED') continue;
          standing = { status: to, troubledFrom: to === 'EXCEPTION' ? standing.status : null };
          life.push(to);
        }
        if (standing.status !== 'DELIVERED') return;
        const first = (status: ShipmentStatus) => life.indexOf(status);
        const order = [
          first('BOOKED'),
          first('ASSIGNED'),
          first('PICKED_UP'),
          first('IN_TRANSIT'),
          first('OUT_FOR_DELIVERY'),
        ];
        expect(order).not.toContain(-1);
        expect(order).toEqual(order.toSorted((left, right) => left - right));
      }),
    );
  });
});

describe('lateness', () => {
  const deliverBy = new Date('2026-03-01T18:00:00Z');
  const before = new Date('2026-03-01T17:59:59Z');
  const after = new Date('2026-03-01T18:00:01Z');

  test('means past the window and not delivered, or delivered after it', () => {
    expect(isLate({ status: 'IN_TRANSIT', deliverBy, deliveredAt: null }, after)).toBe(true);
    expect(isLate({ status: 'IN_TRANSIT', deliverBy, deliveredAt: null }, deliverBy)).toBe(false);
    expect(isLate({ status: 'DELIVERED', deliverBy, deliveredAt: after }, after)).toBe(true);
    expect(isLate({ status: 'DELIVERED', deliverBy, deliveredAt: before }, after)).toBe(false);
  });

  test('does not apply to drafts, cancelled shipments or shipments without a window', () => {
    expect(isLate({ status: 'DRAFT', deliverBy, deliveredAt: null }, after)).toBe(false);
    expect(isLate({ status: 'CANCELLED', deliverBy, deliveredAt: null }, after)).toBe(false);
    expect(isLate({ status: 'BOOKED', deliverBy: null, deliveredAt: null }, after)).toBe(false);
  });
});

describe('actors on a shipment', () => {
  const shipment = { organizationId: 'o', driverId: 'd' };
  test('are the customers of its organization, its driver, and all dispatchers', () => {
    expect(actorsOf(somebody(['CUSTOMER'], { organizationId: 'o' }), shipment)).toEqual(['SHIPPER']);
    expect(actorsOf(somebody(['CUSTOMER'], { organizationId: 'p' }), shipment)).toEqual([]);
    expect(actorsOf(somebody(['DRIVER'], { driverId: 'd' }), shipment)).toEqual(['DRIVER']);
    expect(actorsOf(somebody(['DRIVER'], { driverId: 'e' }), shipment)).toEqual([]);
    expect(actorsOf(somebody(['DISPATCHER']), shipment)).toEqual(['DISPATCHER']);
    expect(actorsOf(somebody(['ANALYST']), shipment)).toEqual([]);
  });

  test('do not include an account without a driver on a shipment without a driver', () => {
    expect(actorsOf(somebody(['DRIVER']), { organizationId: 'o', driverId: null })).toEqual([]);
  });
});
