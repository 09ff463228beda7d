import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';
import { type OnceScene, startOnceScene } from './once-scene.ts';

let scene: OnceScene;
beforeAll(async () => {
  scene = await startOnceScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

const admin = somebody(['ADMIN']);
const create =
  'mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } userErrors { code } } }';
const trail = `query($after: String) { auditEntries(filter: { actions: [ORGANIZATION_CREATED] }, first: 100, after: $after) {
  nodes { target { id } } pageInfo { hasNextPage endCursor } } }`;

/** The ids of the organizations that the audit trail says were created. */
async function recordedIds(): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const { json } = await scene.send({ query: trail, variables: { after } }, { as: admin });
    const { nodes, pageInfo } = json.data.auditEntries;
    ids.push(...nodes.map((node: { target: { id: string } }) => node.target.id));
    if (!pageInfo.hasNextPage) return ids;
    after = pageInfo.endCursor;
  }
}

test('a gateway that is killed loses at most the refusals of its last second, and no change', async () => {
  const gateway = startProcess(['gateway/server.ts', '--port', '0'], { ...scene.settings, LOG_LEVEL: 'info' });
  const { url } = JSON.parse(await gateway.line('"ready"')) as { url: string };
  const intruder = await scene.newPartner('Intruders');
  const refusedAt: number[] = [];
  const created: string[] = [];
  const startedAt = Date.now();

  /** Both go on until the gateway is gone. */
  const intrude = async (): Promise<void> => {
    for (;;) {
      const { status } = await scene.send({ query: trail }, { as: intruder, url });
      expect(status).toBe(403);
      refusedAt.push(Date.now());
    }
  };
  const administer = async (): Promise<void> => {
    for (;;) {
      const input = { idempotencyKey: newId(), name: `Created ${created.length}` };
      const { json } = await scene.send({ query: create, variables: { input } }, { as: admin, url });
      created.push(json.data.createOrganization.organization.id);
      if (Date.now() > startedAt + 3_000) process.kill(gateway.pid, 'SIGKILL');
    }
  };
  const outcomes = await Promise.allSettled([intrude(), administer()]);
  const killedAt = Date.now();
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await gateway.exitCode;

  expect(await recordedIds()).toEqual(expect.arrayContaining(created));

  const query = '{ auditRefusals(first: 100) { nodes { caller code count } } }';
  const { json: refusals } = await scene.send({ query }, { as: admin });
  const counts: { caller: string; code: string; count: number }[] = refusals.data.auditRefusals.nodes;
  const counted = counts
    .filter(({ caller }) => caller.includes(intruder.kind === 'account' ? intruder.accountId : ''))
    .reduce((sum, { count }) => sum + count, 0);
  const old = refusedAt.filter((at) => at < killedAt - 1_000).length;
  expect(old).toBeGreaterThan(0);
  expect(counted).toBeGreaterThanOrEqual(old);
  expect(counted).toBeLessThanOrEqual(refusedAt.length + 1);
}, 60_000);
