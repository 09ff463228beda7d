import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startSimulator } from '../start-simulator.ts';

interface Asked {
  readonly operation: string;
  readonly token: string | null;
  readonly input: { positions?: { vehicleId: string }[]; refreshToken?: string; email?: string } | undefined;
}

type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown };

/** A graph that answers as told and remembers what it was asked. */
async function fakeGraph(answer: (asked: Asked, count: number) => Reply) {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
      const operation = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '';
      const token = request.headers.authorization?.replace('Bearer ', '') ?? null;
      const one: Asked = { operation, token, input: variables.input };
      asked.push(one);
      const { status = 200, headers = {}, body } = answer(one, asked.length);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    url: `http://127.0.0.1:${port}/graphql`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const noon = Date.parse('2026-03-02T12:00:00.000Z');
const tokens = (name: string, minutes = 15) => ({
  data: {
    session: {
      accessToken: `access-${name}`,
      refreshToken: `refresh-${name}`,
      expiresAt: new Date(noon + minutes * 60_000).toISOString(),
      userErrors: [],
    },
  },
});
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
  // Tracking was down: partial data still tells what to drive.
  errors: [{ message: 'position is not available', extensions: { code: 'SUBREQUEST_HTTP_ERROR' } }],
};
const accepted = { data: { reportPositions: { acceptedCount: 1, refused: [], userErrors: [] } } };

function usual({ operation }: Asked): Reply {
  if (operation === 'SimulatorSignIn') return { body: tokens('1') };
  if (operation === 'SimulatorRefresh') return { body: tokens('2', 60) };
  return { body: operation === 'SimulatorLoads' ? loads : accepted };
}

describe('the simulator', () => {
  let graph: Awaited<ReturnType<typeof fakeGraph>>;
  afterEach(() => graph.close());

  /** Runs until `turns` pauses were made; each pause moves the clock instead of taking time. */
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
  const operations = () => graph.asked.map(({ operation }) => operation);

  test('signs in, reads the loads on the road and reports their vehicles with its token', async () => {
    graph = await fakeGraph(usual);
    const { lines, pauses } = await run(4);
    expect(operations().slice(0, 3)).toEqual(['SimulatorSignIn', 'SimulatorLoads', 'SimulatorReport']);
    const reports = graph.asked.filter(({ operation }) => operation === 'SimulatorReport');
    expect(reports.map(({ token }) => token)).toEqual(['access-1', 'access-1']);
    expect(reports[0]?.input?.positions?.map(({ vehicleId }) => vehicleId)).toEqual(['truck-1']);
    expect(pauses).toEqual([2_000, 2_000, 2_000, 2_000]);
    expect(lines).toEqual(['simulator: 1 trucks on the road']);
  });

  test('renews its token before it ends and reads the loads again every minute', async () => {
    graph = await fakeGraph(usual);
    await run(7.5 * 60);
    expect(operations().filter((operation) => operation === 'SimulatorSignIn')).toHaveLength(1);
    const refresh = graph.asked.filter(({ operation }) => operation === 'SimulatorRefresh');
    expect(refresh).toMatchObject([{ input: { refreshToken: 'refresh-1' } }]);
    expect(graph.asked.at(-1)?.token).toBe('access-2');
    expect(operations().filter((operation) => operation === 'SimulatorLoads')).toHaveLength(15);
  });

  test('signs in again when its session is over', async () => {
    const over = {
      session: {
        ...tokens('').data.session,
        accessToken: null,
        userErrors: [{ code: 'INVALID_REFRESH_TOKEN', message: 'used' }],
      },
    };
    graph = await fakeGraph((asked) =>
      asked.operation === 'SimulatorRefresh' ? { body: { data: over } } : usual(asked),
    );
    await run(7.5 * 60);
    expect(operations().filter((operation) => operation === 'SimulatorSignIn').length).toBeGreaterThan(1);
  });

  test('signs in again when its token is refused', async () => {
    const refusal = { errors: [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }] };
    graph = await fakeGraph((asked, count) => (count === 3 ? { status: 401, body: refusal } : usual(asked)));
    await run(3);
    expect(operations().slice(2, 5)).toEqual(['SimulatorReport', 'SimulatorSignIn', 'SimulatorReport']);
  });

  test('waits ever longer for a graph that is away, says so once, and goes on with what was not delivered', async () => {
    graph = await fakeGraph((asked, count) =>
      count >= 3 && count <= 8 ? { status: 503, body: 'restarting' } : usual(asked),
    );
    const { lines, pauses } = await run(8);
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 2_000, 2_000]);
    expect(lines).toEqual([
      'simulator: 1 trucks on the road',
      'simulator: HTTP 503: "restarting"; trying again',
      'simulator: the graph answers again',
    ]);
  });

  test('heeds Retry-After', async () => {
    const busy = { errors: [{ message: 'slow down', extensions: { code: 'RATE_LIMITED' } }] };
    graph = await fakeGraph((asked, count) =>
      count === 3 ? { status: 429, headers: { 'retry-after': '17' }, body: busy } : usual(asked),
    );
    expect((await run(2)).pauses[0]).toBe(17_000);
  });

  test('survives that there is no graph at all', async () => {
    graph = await fakeGraph(usual);
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
    graph = await fakeGraph((asked) =>
      asked.operation === 'SimulatorReport' ? { body: { data: refused } } : usual(asked),
    );
    expect((await run(1)).lines).toContain('simulator: 1 of 1 positions refused: IN_FUTURE clock');
  });

  test('stops in the middle of a request when told to', async () => {
    const stopping = new AbortController();
    graph = await fakeGraph((asked) => {
      if (asked.operation === 'SimulatorLoads') stopping.abort();
      return usual(asked);
    });
    await startSimulator({ url: graph.url, signal: stopping.signal });
    expect(operations()).toEqual(['SimulatorSignIn', 'SimulatorLoads']);
  });
});
