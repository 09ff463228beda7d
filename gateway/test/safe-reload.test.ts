import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { writeManifests } from '../testing/manifest-folder.ts';
import { readCounter } from '../testing/metrics.ts';
import { countReloads, reloadSupergraph } from '../testing/reload-supergraph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const names = 'query Names { people { name parcels { weightKg } } }';
const outdated = 'query Outdated { removed }';

const logged: Record<string, unknown>[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });

const manifests = writeManifests({ partner: [names, outdated] });
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(
    {
      supergraphGate: 'enforce',
      documents: {
        manifests: manifests.path,
        policies: { partner: 'free', staff: 'free', app: 'free', anonymous: 'free' },
      },
    },
    undefined,
    log,
  );
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  manifests[Symbol.dispose]();
});

describe('under SUPERGRAPH_GATE=enforce', () => {
  const replace = (sdl: string) => reloadSupergraph(gateway.adminUrl, gateway.supergraph, sdl);
  const original = () => gateway.graph.supergraphSdl;
  /** The documents that the log has named. */
  const damaged = () => logged.flatMap((line) => line['damaged'] ?? []);

  beforeEach(() => void logged.splice(0));

  test('a supergraph that breaks a registered document is refused, and the log names client, operation and field', async () => {
    const before = await countReloads(gateway.adminUrl);
    await replace(original().replaceAll('weightKg', 'massKg'));
    expect(await countReloads(gateway.adminUrl)).toEqual({ ...before, refused: before.refused + 1 });
    expect((await gateway.ask(names)).errors).toEqual([]);
    expect(damaged()).toEqual([
      'Names of partner: breaks at people.parcels.weightKg: Cannot query field "weightKg" on type "Parcel".',
    ]);
    expect(await readCounter(gateway.adminUrl, 'gateway_supergraph_gate_total', { outcome: 'refused' })).toBe(1);
  });
});
