import type { IncomingHttpHeaders } from 'node:http';
import type { AccessSnapshot } from '../../subgraphs/shared/identity/access-snapshot.ts';
import { filterMap } from '../../subgraphs/shared/live/iterators.ts';
import { createMemoryPubSub } from '../../subgraphs/shared/live/pubsub-memory.ts';
import { composeSupergraph } from '../supergraph/compose.ts';
import { startStubSubgraph } from './stub-subgraph.ts';

/** `fleet` publishes moves of vehicles over graphql-ws. `yard` adds the home yard of a vehicle. */
export interface LiveGraph {
  readonly supergraphSdl: string;
  /** Publishes a move of a vehicle. */
  move(vehicleId: string, speed: number): Promise<void>;
  /** Resolves when this many subscriptions have reached the subgraph since the start. */
  subscribed(count: number): Promise<void>;
  /** Resolves when this many subscriptions have ended. */
  unsubscribed(count: number): Promise<void>;
  readonly counts: { subscriptions: number; ended: number; enrichments: number };
  /** Responses of `yard` wait until the returned function is called. */
  holdYard(): () => void;
  /**
   * The access snapshot that gateways read next; null if nothing has changed. A function that throws stands for an access
   * subgraph that is away.
   */
  access: { snapshot: () => AccessSnapshot | null };
  /** Amounts of the mutation `pay`, which some API keys must sign. */
  readonly payments: readonly number[];
  /** Reports of uses of API keys so far. */
  readonly keyUses: { readonly apiKeyId: string; readonly at: string }[];
  /** Headers of the requests to `fleet` so far. */
  readonly seen: readonly IncomingHttpHeaders[];
  /** Terminates every websocket of the subgraph, as a restart would. */
  cutWebSockets(): void;
  close(): Promise<void>;
}

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n';
const fleetSdl = `${link}
type Query { vehicle(id: ID!): Vehicle }
type Subscription { moved(ids: [ID!]!): Move! broken: Int! }
type Move { speed: Float! vehicle: Vehicle! }
type Vehicle @key(fields: "id") { id: ID! plate: String! }`;
const yardSdl = `${link}
type Query { yards: [String!]! }
type Vehicle @key(fields: "id") { id: ID! yard: String }`;

const accessSdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@inaccessible", "@tag"])
type Query { accessSnapshot(after: String): String @inaccessible }
type Mutation { ping: Boolean pay(amount: Int!): Boolean @tag(name: "signed") recordApiKeyUses(input: RecordApiKeyUsesInput!): RecordApiKeyUsesPayload @inaccessible }
input RecordApiKeyUsesInput @inaccessible { uses: [ApiKeyUseInput!]! }
input ApiKeyUseInput @inaccessible { apiKeyId: ID! at: String! }
type RecordApiKeyUsesPayload @inaccessible { userErrors: [UseError!]! }
type UseError @inaccessible { message: String! }`;

export async function startLiveGraph(): Promise<LiveGraph> {
  const moves = createMemoryPubSub();
  const counts = { subscriptions: 0, ended: 0, enrichments: 0 };
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const check of waiting) check();
  };
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  let received = 0;
  async function watch(ids: readonly string[]) {
    const stream = await moves.subscribe(ids, { latest: { keys: 10_000, keyOf: () => String(received++) } }); // keeps every move
    counts.subscriptions++;
    changed();
    return filterMap(
      stream,
      (moved) => ({ moved }),
      () => {
        counts.ended++;
        changed();
      },
    );
  }
  let yardGate = Promise.resolve();
  const vehicle = ({ id }: { id: string }) => ({ id, plate: `PLATE-${id}` });
  const fleet = await startStubSubgraph(fleetSdl, {
    Query: { vehicle: (_: unknown, args: { id: string }) => vehicle(args) },
    Vehicle: { __resolveReference: vehicle },
    Subscription: {
      moved: { subscribe: (_: unknown, { ids }: { ids: string[] }) => watch(ids) },
      broken: {
        subscribe: () => {
          throw new Error('connect ECONNREFUSED 10.0.0.1:6379');
        },
      },
    },
  });
  const yard = await startStubSubgraph(yardSdl, {
    Query: { yards: () => [] },
    Vehicle: {
      __resolveReference: async ({ id }: { id: string }) => {
        counts.enrichments++;
        await yardGate;
        return { id, yard: `Yard ${id}` };
      },
    },
  });
  const access: LiveGraph['access'] = { snapshot: () => null };
  const payments: number[] = [];
  const keyUses: LiveGraph['keyUses'] = [];
  const accounts = await startStubSubgraph(accessSdl, {
    Query: {
      accessSnapshot: () => {
        const snapshot = access.snapshot();
        return snapshot && JSON.stringify(snapshot);
      },
    },
    Mutation: {
      pay: (_: unknown, { amount }: { amount: number }) => {
        payments.push(amount);
        return true;
      },
      recordApiKeyUses: (_: unknown, { input }: { input: { uses: LiveGraph['keyUses'] } }) => {
        keyUses.push(...input.uses);
        return { userErrors: [] };
      },
    },
  });
  return {
    access,
    payments,
    keyUses,
    seen: fleet.seen,
    supergraphSdl: composeSupergraph([
      { name: 'fleet', url: fleet.url, sdl: fleetSdl },
      { name: 'yard', url: yard.url, sdl: yardSdl },
      { name: 'access', url: accounts.url, sdl: accessSdl },
    ]),
    counts,
    move: async (id, speed) => moves.publish(id, { speed, vehicle: vehicle({ id }) }),
    subscribed: (count) => until(() => counts.subscriptions >= count),
    unsubscribed: (count) => until(() => counts.ended >= count),
    holdYard() {
      const { promise, resolve } = Promise.withResolvers<void>();
      yardGate = promise;
      return resolve;
    },
    cutWebSockets: () => fleet.cutWebSockets(),
    async close() {
      await moves.close();
      await Promise.all([fleet.close(), yard.close(), accounts.close()]);
    },
  };
}
