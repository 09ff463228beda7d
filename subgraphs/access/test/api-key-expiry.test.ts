import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asAdmin } from '#shared/database/provision.ts';
import type { AccessSnapshot } from '#shared/identity/access-snapshot.ts';
import { hashApiKey } from '#shared/identity/api-keys.ts';
import { gatewayItself } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { openSubgraph } from '#shared/server.ts';
import { sampleSubgraph } from '#shared/test/sample.ts';
import { apiKeySecret, handClock, startAccess } from './access.ts';
import { codes, dayMs, type KeyScene, mutations, type Payload, startKeyScene } from './key-scene.ts';

let scene: KeyScene;
beforeAll(async () => {
  scene = await startKeyScene();
});
afterAll(() => scene.close());

describe('a key that expires', () => {
  test('leaves the snapshot, and cannot be rotated afterwards', async () => {
    const expiresAt = new Date(Date.now() + dayMs).toISOString();
    const { id, text } = await scene.given(scene.partner, { expiresAt });
    expect((await scene.inSnapshot(text))?.endsAt).toBe(Date.parse(expiresAt));
    const late = handClock(new Date(Date.now() + 2 * dayMs));
    const later = await startAccess({ database: scene.database, clock: late.now });
    try {
      const { data } = await later.ask<{ accessSnapshot: string }>(gatewayItself, '{ accessSnapshot }');
      const hash = hashApiKey(text, apiKeySecret);
      const { keys, endedKeys }: AccessSnapshot = JSON.parse(data!.accessSnapshot);
      expect(keys?.map((key) => key.hash)).not.toContain(hash);
      expect(endedKeys).toContainEqual({ hash, id, reason: 'expired' });
      const rotated = await later.ask<{ payload: Payload }>(scene.partner, mutations.rotateApiKey, {
        input: { idempotencyKey: newId(), apiKeyId: id },
      });
      expect(codes(rotated.data!.payload)).toEqual(['INVALID_STATE']);
    } finally {
      await later.close();
    }
  });

  test('is announced seven days and one day before, unless it was revoked or got another expiry', async () => {
    const { organizationId } = scene;
    await scene.access.services.jobs.drain(); // reminders of other tests
    const heard: unknown[] = [];
    const neighbour = await openSubgraph(
      sampleSubgraph('risk', { 'apiKey.expiring': async (_transaction, payload) => void heard.push(payload) }),
      { databaseUrl: scene.database.urlFor('risk'), live: scene.access.live, log: scene.access.services.log },
    );
    try {
      // By the clock of the database, the reminder of seven days is due.
      const expiresAt = new Date(Date.now() + 6 * dayMs).toISOString();
      const { id } = await scene.given(scene.partner, { name: 'Expiring', expiresAt });
      const revoked = await scene.given(scene.partner, { expiresAt });
      await scene.run(scene.partner, 'revokeApiKey', { apiKeyId: revoked.id });
      const prolonged = await scene.given(scene.partner, { expiresAt });
      await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: prolonged.id, expiresAt: null });
      expect(await waitingReminders(id)).toEqual([
        [7, new Date(Date.parse(expiresAt) - 7 * dayMs).toISOString()],
        [1, new Date(Date.parse(expiresAt) - dayMs).toISOString()],
      ]);
      const mailsBefore = await waitingMails();
      await scene.access.services.jobs.drain();
      expect(await waitingMails()).toBe(mailsBefore + 1); // to the partner of the organization
      await neighbour.services.jobs.drain();
      expect(heard).toEqual([{ apiKeyId: id, organizationId, name: 'Expiring', days: 7, expiresAt }]);
      expect(await waitingReminders(id)).toEqual([[1, new Date(Date.parse(expiresAt) - dayMs).toISOString()]]);
    } finally {
      await neighbour.close();
    }
  });
});

async function waitingMails(): Promise<number> {
  const [row] = await scene.access.services.database.fork().execute('select count(*)::int as mails from outgoing_mail');
  return Number(row?.['mails']);
}

/** Days and due times of the reminders of a key that are not yet handled. */
async function waitingReminders(apiKeyId: string): Promise<[number, string][]> {
  return asAdmin(process.env['TEST_POSTGRES_URL'] ?? '', scene.database.name, async (client) => {
    const { rows } = await client.query<{ due: Date; days: number }>(
      `select start_after as due, (data->'payload'->>'days')::int as days from jobs.job
        where state < 'active' and data->>'name' = 'apiKey.reminderDue' and data->'payload'->>'apiKeyId' = $1
        order by start_after`,
      [apiKeyId],
    );
    return rows.map(({ due, days }) => [days, due.toISOString()]);
  });
}
