import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestGraph, type TestGraph } from '../../../test/graph/graph.ts';
import { startSimulator } from '../start-simulator.ts';

describe('the simulator on the whole graph', () => {
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await startTestGraph();
  }, 60_000);
  afterAll(() => graph.close());

  test('moves the vehicles of the loads on the road', async () => {
    const query = `query($ids: [ShipmentStatus!]) { shipments(filter: { statuses: $ids }, first: 100) {
      nodes { vehicle { id } position { recordedAt } eta { status } } } }`;
    interface Loads {
      shipments: {
        nodes: { vehicle: { id: string } | null; position: { recordedAt: string } | null; eta: { status: string } }[];
      };
    }
    const read = async () => {
      const { data, errors } = await graph.ask<Loads>('dispatcher', query, {
        ids: ['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY'],
      });
      expect(errors).toEqual([]);
      return data?.shipments.nodes ?? [];
    };
    const before = await read();
    const stopping = new AbortController();
    const lines: string[] = [];
    let turns = 0;
    await startSimulator({
      url: graph.url,
      signal: stopping.signal,
      log: (line) => void lines.push(line),
      // A truck that reported in the last second could not have come this far: its jump would be refused.
      clock: () => new Date(Date.now() + 30_000),
      wait: async () => {
        turns++;
        if (turns >= 2) stopping.abort();
      },
    });
    expect(lines).toEqual([`simulator: ${before.length} trucks on the road`]);
    const after = await read();
    for (const [index, { position, eta }] of after.entries()) {
      expect(Date.parse(position?.recordedAt ?? '')).toBeGreaterThan(
        Date.parse(before[index]?.position?.recordedAt ?? ''),
      );
      expect(eta.status).toBe('ESTIMATED');
    }
  });
});
