import { join } from 'node:path';
import { z } from 'zod';
import { nextName } from '../../../drills/topology/next-set.ts';
import type { SendToGateway } from '../../../release/gateway-reading.ts';
import { HaproxyEdge } from '../../../release/haproxy-edge.ts';
import { claimSets } from '../../../release/sets-claim.ts';
import { type ProcessSets, setsTarget } from '../../../release/sets-target.ts';
import type { ReleaseTarget } from '../../../release/target.ts';

/** Runs docker with these variables besides those of the environment. @throws Error with its message */
export type Docker = (args: readonly string[], variables?: Readonly<Record<string, string>>) => Promise<string>;

export interface ComposeOptions {
  readonly docker: Docker;
  /** Flags of `docker compose` that name its files. */
  readonly files: readonly string[];
  /** The processes of the standing set: subgraphs, then gateways. */
  readonly processes: readonly string[];
  /** Folder of the volume `proxy-state` on this host. */
  readonly proxyState: string;
}

/** Releases on the host of docker-compose.yml. */
export function composeTarget({ docker, files, processes, proxyState }: ComposeOptions): ReleaseTarget {
  const edge = new HaproxyEdge({
    socket: join(proxyState, 'admin.sock'),
    map: join(proxyState, 'release.map'),
    mapName: '/var/lib/haproxy/release.map',
  });
  const compose = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
    docker(['compose', ...files, ...args], { NEXT_VERSION: 'none', ...variables });
  return setsTarget({
    sets: setsOf(compose, processes),
    edge,
    send: sendInside(compose),
    claim: () => claimSets(proxyState),
  });
}

type Compose = Docker;
const up = ['up', '--detach', '--no-deps', '--no-build', '--wait'];

export function setsOf(compose: Compose, processes: readonly string[]): ProcessSets {
  return {
    async migrate(version) {
      await compose(['run', '--rm', '--no-deps', 'migrate'], { VERSION: version });
    },
    async startNext(version) {
      for (const name of processes) await compose([...up, nextName(name)], { NEXT_VERSION: version });
    },
    async replace(version) {
      for (const name of processes) await compose([...up, name], { VERSION: version });
    },
    async stopNext() {
      // Gateways finish their requests first.
      for (const name of processes.toReversed()) await compose(['rm', '--stop', '--force', nextName(name)]);
    },
  };
}

const answer = z.object({ status: z.number(), text: z.string() });

/** Sends a request from inside the container of the gateway: its admin port is not reachable from the host. */
const program = `
const [url, body] = process.argv.slice(1);
const post = body && { method: 'POST', body, headers: { 'content-type': 'application/json' } };
const response = await fetch(url, { signal: AbortSignal.timeout(4000), ...post });
console.log(JSON.stringify({ status: response.status, text: await response.text() }));`;

const sendInside =
  (compose: Compose): SendToGateway =>
  async (gateway, port, path, body = '') => {
    const node = ['node', '--input-type=module', '--eval', program, `http://127.0.0.1:${port}${path}`, body];
    return answer.parse(JSON.parse(await compose(['exec', '--no-TTY', gateway, ...node])));
  };
