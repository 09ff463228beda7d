import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type Received,
  type Reply,
  refusedSession,
  type ScriptedGraph,
  sessionReply,
  startScriptedGraph,
} from '../../../client/test/scripted-graph.ts';
import { startSimulator } from '../start-simulator.ts';

const noon = Date.parse('2026-03-02T12:00:00.000Z');
const tokens = (name: string, minutes = 15) => sessionReply(name, new Date(noon + minutes * 60_000));
const loads = {
  data: {
    shipments: {
      nodes: [
        {
          id: 'load-1',
          status: 'IN_TRANSIT',
          pickedUpAt: new Date(noon - 3_600_000).toISOString(),
          distanceMeters: 1_770_000,
          vehicle: { id: 'truck-1' },
          stops: [
            { location: { latitude: 41.8781, longitude: -87.6298 } },
            { location: { latitude: 39.7392, longitude: -104.9903 } },
          ],
          position: null,
        },
        {
          id: 'load-2',
          status: 'PICKED_UP',
          pickedUpAt: null,
          distanceMeters: null,
          vehicle: null,
          stops: [],
          position: null,
        },
      ],
      pageInfo: { hasNextPage: false, endCursor: null },
    },
  },
  // Tracking was down. Partial data is enough to drive.
  errors: [{ message: 'position is not available', extensions: { code: 'SUBREQUEST_HTTP_ERROR' } }],
};
const accepted = { data: { reportPositions: { acceptedCount: 1, refused: [], userErrors: [] } } };

function usual({ operation }: Received): Reply {
  if (operation === 'SignIn') return tokens('1');
  if (operation === 'RefreshSession') return tokens('2', 60);
  return { body: operation === 'SimulatorLoads' ? loads : accepted };
}

describe('the simulator', () => {
  let graph: ScriptedGraph;
  afterEach(() => graph.close());

  /** Runs until `turns` pauses were made. A pause moves the clock and takes no time. */
  async function run(turns: number): Promise<{ lines: string[]; pauses: number[] }> {
    const stopping = new AbortController();
    const lines: string[] = [];
    const pauses: number[] = [];
    let now = noon;
    await startSimulator({
      url: graph.url,
      signal: stopping.signal,
      log: (line) => void lines.push(line),
      clock: () => new Date(now),
      wait: async (milliseconds) => {
        pauses.push(milliseconds);
        now += milliseconds;
        if (pauses.length >= turns) stopping.abort();
      },
    });
    return { lines, pauses };
  }
  const operations = () => graph.received.map(({ operation }) => operation);

  test('signs in, reads the loads on the road and reports their vehicles with its token', async () => {
    graph = await startScriptedGraph(usual);
    const { lines, pauses } = await run(4);
    expect(operations().slice(0, 3)).toEqual(['SignIn', 'SimulatorLoads', 'SimulatorReport']);
    const reports = graph.received.filter(({ operation }) => operation === 'SimulatorReport');
    expect(reports.map(({ token }) => token)).toEqual(['access-1', 'access-1']);
    expect(reports[0]?.variables.input.positions.map(({ vehicleId }: { vehicleId: string }) => vehicleId)).toEqual([
      'truck-1',
    ]);
    expect(pauses).toEqual([2_000, 2_000, 2_000, 2_000]);
    expect(lines).toEqual(['simulator: 1 trucks on the road']);
  });

  test('renews its token before it ends and reads the loads again every minute', async () => {
    graph = await startScriptedGraph(usual);
    await run(7.5 * 60);
    expect(operations().filter((operation) => operation === 'SignIn')).toHaveLength(1);
    const refresh = graph.received.filter(({ operation }) => operation === 'RefreshSession');
    expect(refresh).toMatchObject([{ variables: { input: { refreshToken: 'refresh-1' } } }]);
    expect(graph.received.at(-1)?.token).toBe('access-2');
    expect(operations().filter((operation) => operation === 'SimulatorLoads')).toHaveLength(15);
  });

  test('signs in again when its session is over', async () => {
    graph = await startScriptedGraph((asked) =>
      asked.operation === 'RefreshSession' ? refusedSession('INVALID_REFRESH_TOKEN', 'used') : usual(asked),
    );
    await run(7.5 * 60);
    expect(operations().filter((operation) => operation === 'SignIn').length).toBeGreaterThan(1);
  });

  test('signs in again when its token is refused', async () => {
    const refusal = { errors: [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }] };
    graph = await startScriptedGraph((asked, count) => (count === 3 ? { status: 401, body: refusal } : usual(asked)));
    await run(3);
    expect(operations().slice(2, 5)).toEqual(['SimulatorReport', 'SignIn', 'SimulatorReport']);
  });

  test('waits ever longer for a graph that is down, logs it once, and then delivers the missing reports', async () => {
    graph = await startScriptedGraph((asked, count) =>
      count >= 3 && count <= 8 ? { status: 503, body: 'restarting' } : usual(asked),
    );
    const { lines, pauses } = await run(8);
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 2_000, 2_000]);
    expect(lines).toEqual([
      'simulator: 1 trucks on the road',
      'simulator: NOT_GRAPHQL HTTP 503 without a GraphQL response: restarting; trying again',
      'simulator: the graph responds again',
    ]);
  });

  test('waits as long as Retry-After says', async () => {
    const busy = { errors: [{ message: 'slow down', extensions: { code: 'RATE_LIMITED' } }] };
    graph = await startScriptedGraph((asked, count) =>
      count === 3 ? { status: 429, headers: { 'retry-after': '17' }, body: busy } : usual(asked),
    );
    expect((await run(2)).pauses[0]).toBe(17_000);
  });

  test('keeps trying when nothing listens', async () => {
    graph = await startScriptedGraph(usual);
    await graph.close();
    const { lines, pauses } = await run(3);
    expect(pauses).toEqual([1_000, 2_000, 4_000]);
    expect(lines).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  test('reports refusals with their reason', async () => {
    const refused = {
      reportPositions: {
        acceptedCount: 0,
        refused: [{ index: 0, code: 'IN_FUTURE', message: 'clock' }],
        userErrors: [],
      },
    };
    graph = await startScriptedGraph((asked) =>
      asked.operation === 'SimulatorReport' ? { body: { data: refused } } : usual(asked),
    );
    expect((await run(1)).lines).toContain('simulator: 1 of 1 positions refused: IN_FUTURE clock');
  });

  test('stops in the middle of a request when the signal aborts', async () => {
    const stopping = new AbortController();
    graph = await startScriptedGraph((asked) => {
      if (asked.operation === 'SimulatorLoads') stopping.abort();
      return usual(asked);
    });
    await startSimulator({ url: graph.url, signal: stopping.signal });
    expect(operations()).toEqual(['SignIn', 'SimulatorLoads']);
  });
});
