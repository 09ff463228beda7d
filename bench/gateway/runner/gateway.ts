import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { parseResponse, type RawResponse } from '../../../client/graph-response.ts';
import { postText } from '../../../client/post.ts';
import type { SubgraphStats } from '../subgraphs/server.ts';
import type { Contender, Place } from './contenders.ts';
import { expectedResponse } from './expected.ts';
import { PinnedProcess } from './processes.ts';
import { bodyOf, type Workload } from './workloads.ts';

const startDeadlineMs = 60_000;

export interface RunningGateway {
  contender: Contender;
  process: PinnedProcess;
  url: string;
  /** Subgraph requests of one operation that runs alone, by workload. */
  subgraphRequests: Map<string, number>;
  /** Bytes of one correct response, by workload. */
  responseBytes: Map<string, number>;
}

export async function startGateway(
  contender: Contender,
  place: Place,
  core: number,
  nodeFlags: readonly string[],
): Promise<RunningGateway> {
  const command = [process.execPath, ...nodeFlags, ...contender.args(place)];
  const env = { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: 'true', ...contender.env };
  const started = new PinnedProcess(core, command, env);
  const url = `http://127.0.0.1:${place.port}${contender.path}`;
  const gateway: RunningGateway = {
    contender,
    process: started,
    url,
    subgraphRequests: new Map(),
    responseBytes: new Map(),
  };
  const deadline = performance.now() + startDeadlineMs;
  while (!(await responds(gateway))) {
    if (started.ended || performance.now() > deadline) {
      await started.stop();
      throw new Error(`${contender.name} did not start: ${started.log}`);
    }
    await delay(100);
  }
  return gateway;
}

async function responds(gateway: RunningGateway): Promise<boolean> {
  try {
    return (await post(gateway, JSON.stringify({ query: '{ topProducts { upc } }' }))).status === 200;
  } catch {
    return false;
  }
}

function post(gateway: RunningGateway, body: string): Promise<RawResponse> {
  return postText(gateway.url, body, { headers: { authorization: 'Bearer check' } });
}

/**
 * Sends one operation twice. Throws unless both responses equal that of the plain schema.
 * @returns how many subgraph requests the second, warm one took
 */
export async function checkResponse(
  gateway: RunningGateway,
  workload: Workload,
  stats: () => Promise<SubgraphStats>,
): Promise<number> {
  await checkOnce(gateway, workload, 7);
  const before = await stats();
  await checkOnce(gateway, workload, 8);
  return (await stats()).requests - before.requests;
}

async function checkOnce(gateway: RunningGateway, workload: Workload, n: number): Promise<void> {
  const body = bodyOf(workload, n);
  const response = await post(gateway, body);
  const { text } = response;
  const { data, errors } = parseResponse(response);
  gateway.responseBytes.set(workload.name, Buffer.byteLength(text));
  if (
    response.status !== 200 ||
    errors.length > 0 ||
    !isDeepStrictEqual(data, expectedResponse(JSON.parse(body)).data)
  ) {
    throw new Error(`${gateway.contender.name} gives a wrong response to "${workload.name}": ${text.slice(0, 500)}`);
  }
}
