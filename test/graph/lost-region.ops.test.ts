import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { accessSnapshot } from '#shared/identity/access-snapshot.ts';
import { gatewayItself } from '#shared/identity/identity.ts';
import { createLog } from '#shared/runtime/log.ts';
import { ReplicatedDatabase } from '#shared/test/replicated-database.ts';
import { AccessSnapshots } from '../../gateway/access/callers/access-snapshots.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import { type AccessUnderTest, apiKeySecret, startAccess } from '../../subgraphs/access/test/access.ts';

/** The access subgraph and a gateway of a region that loses the primary. The region's own standby goes on. */
const query = 'query($after: String) { accessSnapshot(after: $after) }';
let database: ReplicatedDatabase;
let access: AccessUnderTest;
let snapshots: AccessSnapshots;

beforeAll(async () => {
  database = await ReplicatedDatabase.start('access');
  access = await startAccess(database.options);
  snapshots = new AccessSnapshots({
    async read(after) {
      const { data, errors } = await access.ask<{ accessSnapshot: string | null }>(gatewayItself, query, { after });
      if (!data || errors.length > 0) throw new Error('The subgraph has no snapshot.');
      return data.accessSnapshot === null ? undefined : accessSnapshot.parse(JSON.parse(data.accessSnapshot));
    },
    secrets: [apiKeySecret],
    intervalMs: 50,
    maxAgeMs: 1_000,
    log: createLog('gateway', 'silent'),
    onChange: () => undefined,
  });
  await snapshots.start();
});
afterAll(async () => {
  await database?.mend();
  await snapshots?.stop();
  await access?.close();
  await database?.[Symbol.asyncDispose]();
});

/** Resolves when the snapshot decides about API keys, or no longer does. */
async function acceptsKeys(accepts: boolean): Promise<void> {
  while (snapshots.isFresh !== accepts) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('API keys are refused once the snapshot is too old, and accepted as soon as the standby is promoted', async () => {
  await acceptsKeys(true);
  database.lines.primary.freeze();
  // The standby does not answer instead: it may lack what was revoked on a primary that only this region has lost.
  const { errors } = await access.ask(gatewayItself, query);
  expect(errors[0]).toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  expect(access.services.database.hasStandby()).toBe(true);
  await acceptsKeys(false);
  await database.servers.promoteStandby();
  database.lines.primary.lead(database.servers.standbyUrlFor('access'));
  await acceptsKeys(true);
});

test('the runbook promotes a region no later than API keys are refused', () => {
  const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbooks/region-failover.md'), 'utf8');
  const minutes = Number(/not back within (\d+) minutes/.exec(runbook)?.[1]);
  expect(minutes * 60_000).toBeLessThanOrEqual(readGatewayConfig([], {}).snapshots.maxAgeMs);
});
