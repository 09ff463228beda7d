import { expect } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from '../../shared/test/harness.ts';
import { receiveEvents, type SentEvent } from '../../shared/test/receive-events.ts';
import type { AnalyticsContext } from '../context.ts';
import { analytics } from '../subgraph.ts';
import { type ExecutiveFigures, executiveQuery } from './queries.ts';

/** The time of these tests: the second day after a leap day. */
export const now = new Date('2028-03-02T12:00:00Z');
export const analyst = somebody(['ANALYST']);
export const organizationId = newId();

export type Event = SentEvent;

export interface AnalyticsUnderTest {
  readonly graph: TestSubgraph<AnalyticsContext>;
  /** Delivers events through the queue in this order, as other subgraphs would send them. */
  receive(...events: readonly Event[]): Promise<void>;
  executive(from?: string, until?: string): Promise<ExecutiveFigures>;
  /** Empties all tables. */
  clear(): Promise<void>;
}

/** Starts analytics with empty tables. */
export async function startAnalytics(): Promise<AnalyticsUnderTest> {
  const graph = await startTestSubgraph(analytics, { clock: () => now });
  const { jobs, database } = graph.services;
  return {
    graph,
    async receive(...events) {
      await receiveEvents(graph.services, ...events);
      await jobs.drain();
    },
    async executive(from = '2028-02-01', until = '2028-03-31') {
      const variables = { range: { from, until } };
      const { data, errors } = await graph.ask<{ executive: ExecutiveFigures }>(analyst, executiveQuery, variables);
      expect(errors).toEqual([]);
      return data!.executive;
    },
    async clear() {
      const tables = analytics.entities.map(({ meta }) => meta.tableName);
      await database.fork().execute(`truncate ${tables.join(', ')}`);
    },
  };
}

export const hired = (driverId: string, hiredAt: string, at = hiredAt, active = true): Event => [
  'driver.changed',
  { driverId, accountId: null, active, hiredAt, at },
];
export const pickedUp = (shipmentId: string, driverId: string, at: string): Event => [
  'shipment.pickedUp',
  { shipmentId, organizationId, driverId, vehicleId: newId(), at },
];
export const delivered = (shipmentId: string, driverId: string, at: string, pickedUpAt = at): Event => [
  'shipment.delivered',
  {
    shipmentId,
    organizationId,
    driverId,
    vehicleId: newId(),
    at,
    onTime: true,
    deliverBy: at,
    pickedUpAt,
    createdAt: at,
    distanceMeters: 500_000.4,
  },
];
export const cancelled = (shipmentId: string, driverId: string, at: string): Event => [
  'shipment.cancelled',
  { shipmentId, organizationId, driverId, vehicleId: null, at, reason: 'given up' },
];
