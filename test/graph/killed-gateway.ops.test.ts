import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';
import { type Answer, type OnceScene, startOnceScene } from './once-scene.ts';

let scene: OnceScene;
let admin: Identity;
beforeAll(async () => {
  scene = await startOnceScene();
  admin = await scene.newStaff('ADMIN');
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

const create =
  'mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } userErrors { code } } }';
const trail = `query($after: String) { auditEntries(filter: { actions: [ORGANIZATION_CREATED] }, first: 100, after: $after) {
  nodes { targetId } pageInfo { hasNextPage endCursor } } }`;

/** The ids of the organizations that the audit trail says were created. */
async function recordedIds(): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const { json } = await scene.send({ query: trail, variables: { after } }, { as: admin });
    const { nodes, pageInfo } = json.data.auditEntries;
    ids.push(...nodes.map(({ targetId }: { targetId: string }) => targetId));
    if (!pageInfo.hasNextPage) return ids;
    after = pageInfo.endCursor;
  }
}

test('a gateway that is killed loses at most the refusals of its last second, and no change', async () => {
  const gateway = startProcess(['gateway/server.ts', '--port', '0'], { ...scene.settings, LOG_LEVEL: 'info' });
  const { url } = JSON.parse(await gateway.line('"ready"')) as { url: string };
  const intruder = await scene.newStaff('ANALYST');
  const refused: { code: string; at: number }[] = [];
  const created: Answer[] = [];
  const startedAt = Date.now();
  let isKilled = false;

  /** Sends requests until the gateway is gone. */
  const intrude = async (): Promise<void> => {
    while (!isKilled) {
      const { json } = await scene.send({ query: trail }, { as: intruder, url });
      refused.push({ code: json.errors[0].extensions.code, at: Date.now() });
    }
  };
  const administer = async (): Promise<void> => {
    while (Date.now() < startedAt + 3_000) {
      const input = { idempotencyKey: newId(), name: `Created ${created.length}` };
      created.push(await scene.send({ query: create, variables: { input } }, { as: admin, url }));
    }
  };
  const intrusion = intrude();
  try {
    await administer();
  } finally {
    isKilled = true;
    process.kill(gateway.pid, 'SIGKILL');
  }
  const killedAt = Date.now();
  await Promise.allSettled([intrusion, gateway.exitCode]);

  expect(new Set(created.map(({ json }) => json.data?.createOrganization.userErrors.length ?? json.errors))).toEqual(
    new Set([0]),
  );
  const createdIds = created.map(({ json }) => json.data.createOrganization.organization.id);
  expect(await recordedIds()).toEqual(expect.arrayContaining(createdIds));

  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['UNAUTHORIZED_FIELD_OR_TYPE']));
  const query = '{ auditRefusals(first: 100) { nodes { caller code count } } }';
  const { json } = await scene.send({ query }, { as: admin });
  const counts: { caller: string; code: string; count: number }[] = json.data.auditRefusals.nodes;
  const callerId = intruder.kind === 'account' ? intruder.accountId : '';
  const counted = counts
    .filter(({ caller, code }) => code === 'UNAUTHORIZED_FIELD_OR_TYPE' && caller.includes(callerId))
    .reduce((sum, { count }) => sum + count, 0);
  const old = refused.filter(({ at }) => at < killedAt - 1_000).length;
  expect(old).toBeGreaterThan(0);
  expect(counted).toBeGreaterThanOrEqual(old);
  expect(counted).toBeLessThanOrEqual(refused.length + 1);
}, 60_000);
