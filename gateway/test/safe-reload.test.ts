import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { post } from '../../client/post.ts';
import type { GatewayConfig } from '../config.ts';
import { type LiveGateway, startLiveGateway } from '../testing/live-gateway.ts';
import { writeManifests } from '../testing/manifest-folder.ts';
import { readCounter } from '../testing/metrics.ts';
import { countReloads, reloadSupergraph } from '../testing/reload-supergraph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const free = { partner: 'free', staff: 'free', app: 'free', anonymous: 'free' } as const;

describe('under SUPERGRAPH_GATE=enforce a supergraph', () => {
  const plate = 'query Plate($id: ID!) { vehicle(id: $id) { plate } }';
  const outdated = 'query Outdated { removed }';
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
  const manifests = writeManifests({ partner: [plate, outdated] });
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });

  let gateway: LiveGateway;
  let original: string;
  beforeAll(async () => {
    gateway = await startLiveGateway(
      {
        access: { kind: 'freight', dataDir },
        snapshots: { intervalMs: 50, maxAgeMs: 60_000 },
        supergraphGate: 'enforce',
        documents: { manifests: manifests.path, policies: free },
      },
      log,
    );
    original = gateway.graph.supergraphSdl;
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    manifests[Symbol.dispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });
  beforeEach(() => void logged.splice(0));

  const send = (query: string, headers: Record<string, string> = {}) =>
    post(gateway.url, JSON.stringify({ query, variables: { id: '7' } }), { headers });

  /** Puts a supergraph in place. @returns whether it was loaded, and the documents that the log names */
  async function replace(sdl: string) {
    const before = await countReloads(gateway.gateway.adminUrl);
    await reloadSupergraph(gateway.gateway.adminUrl, gateway.supergraph, sdl);
    const after = await countReloads(gateway.gateway.adminUrl);
    return { isLoaded: after.loaded > before.loaded, damaged: logged.flatMap((line) => line['damaged'] ?? []) };
  }

  // biome-ignore lint/suspicious/noExplicitAny: the test looks into JSON
  const statusOf = async (): Promise<any> => (await fetch(new URL('/supergraph', gateway.gateway.adminUrl))).json();
  const withoutPlate = () => original.replaceAll('plate: String!', 'licence: String!');

  test('that breaks a registered document is refused; client, operation and field are named', async () => {
    expect(await replace(withoutPlate())).toEqual({
      isLoaded: false,
      damaged: ['Plate of partner: breaks at vehicle.plate: Cannot query field "plate" on type "Vehicle".'],
    });
    expect((await send(plate)).data).toEqual({ vehicle: { plate: 'PLATE-7' } });
    expect(await statusOf()).toMatchObject({
      gate: 'enforce',
      current: hash('sha256', original, 'hex'),
      refused: {
        hash: hash('sha256', withoutPlate(), 'hex'),
        isByGate: true,
        findings: [{ operation: 'Plate', damage: 'breaks', field: 'vehicle.plate' }],
      },
    });
  });

  test('that makes a registered document ten times dearer is refused', async () => {
    const cost = `directive @cost(weight: Int!) on FIELD_DEFINITION\n\nschema\n  @link(url: "https://specs.apollo.dev/cost/v0.1")`;
    const dearer = original
      .replace('schema\n', `${cost}\n`)
      .replace('plate: String!', 'plate: String! @cost(weight: 9)');
    expect(await replace(dearer)).toEqual({
      isLoaded: false,
      damaged: ['Plate of partner: dearer at vehicle.plate: a run costs up to 10 points; 1 are agreed'],
    });
  });

  test('that hides a field from its users is refused', async () => {
    const guarded = original
      .replace('schema\n', 'schema\n  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)\n')
      .replace('plate: String!', 'plate: String! @authenticated')
      .replace('enum join__Graph', 'directive @authenticated on FIELD_DEFINITION\n\nenum join__Graph');
    expect(await replace(guarded)).toEqual({
      isLoaded: false,
      damaged: expect.arrayContaining([
        'Plate of partner: denied at vehicle.plate: an anonymous caller may no longer see the field',
      ]),
    });
  });

  test('that hides a field from the schema of partners is refused; client, operation and field are named', async () => {
    const tagged = original.replace('plate: String!', 'plate: String! @tag(name: "internal")');
    expect(await replace(tagged)).toEqual({
      isLoaded: false,
      damaged: expect.arrayContaining([
        'Plate of partner: hidden at vehicle.plate: in the schema of partner FREE: Cannot query field "plate" on type "Vehicle".',
      ]),
    });
  });

  test('that breaks a document which a client has sent lately is refused, without the values that it contained', async () => {
    const query = 'query Yard { vehicle(id: "secret") { yard } }';
    expect((await send(query, { 'apollographql-client-name': 'dashboard' })).errors).toEqual([]);
    const { isLoaded, damaged } = await replace(original.replaceAll('yard: String', 'depot: String'));
    expect([isLoaded, damaged]).toEqual([
      false,
      [
        'Yard of dashboard (anonymous, not registered): breaks at vehicle.yard: Cannot query field "yard" on type "Vehicle".',
      ],
    ]);
    expect(JSON.stringify([await statusOf(), logged])).not.toContain('secret');
  });

  test('that touches no document is loaded', async () => {
    expect(await replace(original.replaceAll('yards', 'depots'))).toEqual({ isLoaded: true, damaged: [] });
    expect(await replace(original)).toEqual({ isLoaded: true, damaged: [] });
  });

  test('is loaded after an administrator has accepted exactly this one', async () => {
    await replace(withoutPlate());
    const { loaded } = await countReloads(gateway.gateway.adminUrl);
    const accepted = hash('sha256', withoutPlate(), 'hex');
    serveSnapshot(['f'.repeat(64)]);
    await snapshotUsed();
    expect((await statusOf()).refused.hash).toBe(accepted);
    serveSnapshot([accepted]);
    while ((await countReloads(gateway.gateway.adminUrl)).loaded === loaded) await snapshotUsed();
    expect((await send('{ vehicle(id: "7") { licence } }')).errors).not.toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    expect(await readCounter(gateway.gateway.adminUrl, 'gateway_supergraph_gate_total', { outcome: 'accepted' })).toBe(
      1,
    );
    expect(await statusOf()).toMatchObject({ current: accepted, refused: null });
  });

  let version = 0;
  let used = Promise.withResolvers<void>();

  function serveSnapshot(acceptedSupergraphs: string[]): void {
    const snapshot = { version: `v${++version}`, keys: null, revocations: null, acceptedSupergraphs };
    let asked = 0;
    gateway.graph.access.snapshot = () => {
      asked += 1;
      // The gateway has used the snapshot when it asks for the next one.
      if (asked > 1) used.resolve();
      return asked > 1 ? null : snapshot;
    };
  }

  function snapshotUsed(): Promise<void> {
    used = Promise.withResolvers();
    return used.promise;
  }
});

describe('with CANARY_SHARE a new supergraph serves some callers first', () => {
  const query = '{ people { name parcels { weightKg } } }';
  const canary: GatewayConfig['canary'] = { share: 0.5, enoughRequests: 50, minimumMs: 0, maximumMs: 60_000 };

  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ canary, supergraphGate: 'off', trustedProxies: ['127.0.0.1'] });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  /** Asks as one of many callers. */
  const askAs = (caller: number, text = query) =>
    gateway.ask(text, undefined, { 'x-forwarded-for': `10.0.${caller >> 8}.${caller & 255}` });

  const count = (outcome: string) => readCounter(gateway.adminUrl, 'gateway_supergraph_canaries_total', { outcome });
  const running = () => readCounter(gateway.adminUrl, 'gateway_supergraph_canary');
  const until = async (condition: () => Promise<boolean>) => {
    while (!(await condition()));
  };

  /** Puts a supergraph in place and waits until it serves the first callers. */
  async function begin(sdl: string): Promise<void> {
    gateway.supergraph.replace(sdl);
    await until(async () => (await running()) === 1);
  }

  /** Another supergraph: its root has one more field. */
  const changed = (field: string) => {
    const known = 'failing: String @join__field(graph: PEOPLE)';
    return gateway.graph.supergraphSdl.replace(known, `${known}\n  ${field}: String @join__field(graph: PEOPLE)`);
  };

  test('each caller gets the same one every time, and it takes over after enough good requests', async () => {
    await begin(changed('fresh'));
    const isOnTrial = async (caller: number) => {
      const { data } = await askAs(caller, '{ __type(name: "Query") { fields { name } } }');
      return data.__type.fields.some(({ name }: { name: string }) => name === 'fresh');
    };
    const callers = Array.from({ length: 12 }, (_, index) => index);
    const chosen = await Promise.all(callers.map(isOnTrial));
    expect(new Set(chosen)).toEqual(new Set([true, false]));
    expect(await Promise.all(callers.map(isOnTrial))).toEqual(chosen);
    const promoted = await count('promoted');
    for (let caller = 100; (await count('promoted')) === promoted; caller++)
      expect((await askAs(caller)).errors).toEqual([]);
    expect(await Promise.all(callers.map(isOnTrial))).toEqual(callers.map(() => true));
    expect(await running()).toBe(0);
  });

  test('one that fails at run time is rolled back after fifty of its requests, and its callers are served as before', async () => {
    const { refused } = await countReloads(gateway.adminUrl);
    const dead = changed('another').replaceAll(new URL(gateway.graph.parcels.url).host, '127.0.0.1:9');
    await begin(dead);
    const failed: number[] = [];
    for (let caller = 0; (await count('rolled_back')) === 0; caller++) {
      if ((await askAs(caller)).errors.length > 0) failed.push(caller);
    }
    expect(failed).toHaveLength(50);
    for (const caller of failed.slice(0, 10)) expect((await askAs(caller)).errors).toEqual([]);
    expect((await countReloads(gateway.adminUrl)).refused).toBe(refused + 1);
    const status = await (await fetch(new URL('/supergraph', gateway.adminUrl))).json();
    expect(status).toMatchObject({
      canary: null,
      refused: {
        hash: hash('sha256', dead, 'hex'),
        isByGate: false,
        reason: expect.stringMatching(/^rolled back: 100\.0 %/),
      },
    });
    const served = await readCounter(gateway.adminUrl, 'gateway_supergraph_canary_requests_total', {
      generation: 'canary',
      outcome: 'failed',
    });
    expect(served).toBe(50);
  });

  test('mistakes of callers are no reason to roll back, and a newer file replaces the one on trial', async () => {
    await begin(changed('third'));
    for (let caller = 0; caller < 20; caller++) await askAs(caller, '{ nothing }');
    const letGo = gateway.graph.people.hold();
    gateway.supergraph.replace(changed('fresh'));
    await until(async () => (await count('replaced')) === 1);
    letGo();
    expect(await running()).toBe(0);
    expect(await count('rolled_back')).toBe(1);
  });
});
