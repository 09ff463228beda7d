import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { countReloads } from '../testing/reload-supergraph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

describe.each(['freight', 'apollo'] as const)('a new supergraph under the %s engine', (engine) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ engine });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  /** The same graph, with a field of the given name in place of `weightKg`. */
  const supergraphWith = (field: string) => gateway.graph.supergraphSdl.replaceAll('weightKg', field);

  const reloads = () => countReloads(gateway.adminUrl);

  /** Sends queries until the gateway has loaded the file. Every response until then must be complete. */
  async function until(noticed: () => Promise<boolean>): Promise<number> {
    for (let responses = 1; ; responses++) {
      const { data, errors } = await gateway.ask('{ people { name friends { name } } }');
      expect([data?.people?.length, errors]).toEqual([2, []]);
      if (await noticed()) return responses;
    }
  }

  const knows = async (field: string) =>
    (await gateway.ask(`{ parcels { ${field} } }`)).errors[0]?.extensions.code !== 'GRAPHQL_VALIDATION_FAILED';

  test('is loaded when the file changes, while requests are served', async () => {
    gateway.supergraph.replace(supergraphWith('massKg'));
    await until(() => knows('massKg'));
    expect(await knows('weightKg')).toBe(false);
    writeFileSync(gateway.supergraph.path, gateway.graph.supergraphSdl);
    await until(() => knows('weightKg'));
    expect(await reloads()).toMatchObject({ loaded: 2 });
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['not GraphQL', () => 'not a supergraph {'],
    ['a schema but not a supergraph', () => 'type Query { people: String }'],
    ['empty', () => ''],
  ])('that is %s is refused, and the previous one stays', async (_what, spoil) => {
    const { refused } = await reloads();
    gateway.supergraph.replace(spoil(gateway.graph.supergraphSdl));
    await until(async () => (await reloads()).refused > refused);
    expect(await knows('weightKg')).toBe(true);
  });

  test('is loaded after refused ones, too', async () => {
    gateway.supergraph.replace(supergraphWith('heft'));
    await until(() => knows('heft'));
  });
});

test('a request that runs when the supergraph changes finishes on the one it began with', async () => {
  await using gateway = await startTestGateway();
  const arrived = gateway.graph.people.arrival();
  const letGo = gateway.graph.people.hold();
  const response = gateway.ask('{ people { name parcels { weightKg } } }');
  await arrived;
  writeFileSync(gateway.supergraph.path, gateway.graph.supergraphSdl.replaceAll('weightKg', 'massKg'));
  const isNew = async () =>
    (await gateway.ask('{ parcels { massKg } }')).errors[0]?.extensions.code !== 'GRAPHQL_VALIDATION_FAILED';
  while (!(await isNew()));
  letGo();
  expect((await response).data.people[0]).toEqual({ name: 'Ada', parcels: [{ weightKg: 2.5 }] });
});
