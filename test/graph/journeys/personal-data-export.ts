import { beforeAll, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { createGraphClient } from '../../../client/graph-client.ts';
import type { GraphResponse } from '../../../client/graph-response.ts';
import { clientDocument } from '../../../gateway/testing/client-documents.ts';
import type { TestGraph } from '../graph.ts';
import { exportedTables } from './exported-tables.ts';

type Records = readonly Readonly<Record<string, unknown>>[];
type Part = Readonly<Record<string, Records>> & { readonly next: string | null };
const parts = ['access', 'shipments', 'fleet', 'tracking', 'pricing', 'risk', 'analytics'] as const;
type Exported = { readonly id: string; readonly driverId: string | null } & Readonly<
  Record<(typeof parts)[number], Part | null>
>;
interface Answer {
  readonly exportPersonalData: {
    readonly personalData: Exported | null;
    readonly userErrors: readonly { readonly code: string }[];
  };
}
interface Someone {
  readonly accountId: string;
  readonly email: string;
  readonly name: string;
  readonly token: string;
}

/** Sends the client document that exports a person. */
export function exportAs(
  graph: TestGraph,
  token: string,
  accountId: string,
  cursors: Partial<Record<(typeof parts)[number], string>> = {},
): Promise<GraphResponse<Answer>> {
  const variables = { input: { accountId }, ...cursors };
  return createGraphClient({ url: graph.url, attempts: 1 }).send<Answer>(
    { query: clientDocument('ExportPersonalData').text, variables },
    { authorization: `Bearer ${token}` },
  );
}

interface Given {
  readonly graph: TestGraph;
  readonly shipper: Someone & { readonly phone: string };
  readonly trucker: Someone & { readonly phone: string; readonly license: string };
  readonly driverId: string;
  readonly shipmentIds: readonly string[];
  readonly apiKeyId: string;
}

/** What a person gets who asks for everything that the graph holds of them. */
export function exportedData(given: () => Given): void {
  async function exported(token: string, accountId: string): Promise<Exported> {
    const { data, errors } = await exportAs(given().graph, token, accountId);
    expect(errors).toEqual([]);
    const { personalData, userErrors } = data!.exportPersonalData;
    expect(userErrors).toEqual([]);
    return personalData!;
  }
  const ownAccount = async (as: 'customer' | 'driver') => {
    const { graph } = given();
    const { data } = await graph.ask<{ viewer: { id: string } }>(as, '{ viewer { id } }');
    return { token: await graph.tokenOf(as), id: data!.viewer.id };
  };
  const textOf = (...texts: string[]) => new RegExp(texts.map((text) => RegExp.escape(text)).join('|'));
  const idsIn = (records: Records | undefined) => (records ?? []).map(({ id }) => id).toSorted();

  let own: Exported;
  beforeAll(async () => {
    const { shipper } = given();
    own = await exported(shipper.token, shipper.accountId);
  });

  test('a customer gets the account, the sessions with network and program, API keys and audit entries', () => {
    const { shipper, apiKeyId } = given();
    const { accountId: id, name, email } = shipper;
    expect(own).toMatchObject({ id, driverId: null, fleet: null, tracking: null, analytics: null });
    expect(own.access).toMatchObject({
      account: [{ id, name, email, roles: ['CUSTOMER', 'PARTNER'] }],
      sessions: [{ accountId: id, clientNetwork: '127.0.0.1', clientName: expect.anything() }],
      apiKeys: [{ id: apiKeyId, name: `Key of ${name}` }],
      next: null,
    });
    const entries = own.access!.auditEntries!;
    expect(entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['ACCOUNT_REGISTERED', 'SIGNED_IN', 'SHIPMENT_CREATED', 'API_KEY_CREATED']),
    );
  });

  test('and what an administrator did to the account, without the administrator', () => {
    const registered = own.access!.auditEntries!.find(({ action }) => action === 'ACCOUNT_REGISTERED');
    expect(registered).toMatchObject({ targetId: given().shipper.accountId, changes: expect.any(Array) });
    expect(registered).not.toHaveProperty('actorId');
    expect(registered).not.toHaveProperty('clientAddress');
  });

  test('no secret and no hash is exported', () => {
    expect(JSON.stringify(own)).not.toMatch(/password|hash|secret|argon/i);
  });

  test('a customer gets the shipments with the contacts that they gave, their changes, and the bookings', () => {
    const { shipper, shipmentIds } = given();
    expect(idsIn(own.shipments!.shipments)).toEqual([...shipmentIds].sort());
    const contact = { contactName: shipper.name, contactPhone: shipper.phone };
    expect(own.shipments!.stops).toEqual(Array(4).fill(expect.objectContaining(contact)));
    expect(own.shipments!.changes).toHaveLength(shipmentIds.length);
    expect(own.risk).toMatchObject({ account: [{ id: shipper.accountId }] });
    expect(own.risk!.bookings!.map(({ shipmentId }) => shipmentId).sort()).toEqual([...shipmentIds].sort());
  });

  test('a driver gets name, phone and licence number', async () => {
    const { trucker, driverId } = given();
    const { accountId, name, phone, license: licenseNumber } = trucker;
    const theirs = await exported(trucker.token, accountId);
    expect(theirs.driverId).toBe(driverId);
    expect(theirs.fleet).toMatchObject({ driver: [{ id: driverId, name, phone, licenseNumber }] });
    expect(theirs.shipments).toBeNull();
  });

  test('nobody gets names, addresses and phones of others', async () => {
    const { shipper, trucker } = given();
    const theirs = JSON.stringify(await exported(trucker.token, trucker.accountId));
    expect(theirs).not.toMatch(textOf(shipper.name, shipper.email, shipper.phone));
    expect(JSON.stringify(own)).not.toMatch(textOf(trucker.name, trucker.email, trucker.phone));
  });

  test('a driver with a history gets shifts, assignments, positions and figures, all of their own', async () => {
    const { token, id } = await ownAccount('driver');
    const { driverId, fleet, tracking, analytics } = await exported(token, id);
    expect(fleet).toMatchObject({ shifts: expect.anything(), assignments: expect.anything() });
    for (const records of [fleet!.shifts, fleet!.assignments, tracking!.positions, analytics!.days])
      expect(new Set(records!.map((record) => record.driverId))).toEqual(new Set([driverId]));
  });

  test('a customer with a history gets comments, ratings and quotes, all of their own', async () => {
    const { token, id } = await ownAccount('customer');
    const { shipments, pricing } = await exported(token, id);
    for (const records of [shipments!.comments, shipments!.ratings])
      expect(new Set(records!.map(({ accountId }) => accountId))).toEqual(new Set([id]));
    expect(new Set(pricing!.quotes!.map(({ requestedBy }) => requestedBy))).toEqual(new Set([id]));
  });

  exportedTables(() => given().graph);

  test('a long list comes in pages, each of which goes on where the page before ended', async () => {
    const { graph, trucker, driverId } = given();
    const { services } = graph.product.subgraphs.find(({ subgraph }) => subgraph.name === 'tracking')!;
    await services.database.fork().execute(
      `insert into position_history (vehicle_id, recorded_at, driver_id, latitude, longitude, accuracy_meters, received_at)
       select ?, now() - make_interval(secs => n), ?, 41.9, -87.6, 5, now() from generate_series(1, 1001) n`,
      [newId(), driverId],
    );
    const pages: string[][] = [];
    let next: string | null = null;
    do {
      const { data } = await exportAs(graph, trucker.token, trucker.accountId, next === null ? {} : { tracking: next });
      const page: Part = data!.exportPersonalData.personalData!.tracking!;
      pages.push(page.positions!.map(({ recordedAt }) => String(recordedAt)));
      next = page.next;
    } while (next !== null);
    expect(pages.map(({ length }) => length)).toEqual([500, 500, 1]);
    expect(pages.flat()).toEqual([...new Set(pages.flat())].sort());
  });

  test('a wrong cursor is refused', async () => {
    const { graph, shipper } = given();
    const wrong = await exportAs(graph, shipper.token, shipper.accountId, { shipments: 'nonsense' });
    expect(wrong.errors).toMatchObject([{ path: ['exportPersonalData', 'personalData', 'shipments'] }]);
    expect(wrong.errors.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT']);
  });

  test('another person and an account that does not exist are refused alike', async () => {
    const { graph, shipper, trucker } = given();
    for (const accountId of [trucker.accountId, newId()]) {
      const { data } = await exportAs(graph, shipper.token, accountId);
      expect(data).toEqual({
        exportPersonalData: {
          personalData: null,
          userErrors: [
            {
              code: 'NOT_FOUND',
              field: ['accountId'],
              message: 'There is no such account that you may export.',
            },
          ],
        },
      });
    }
  });

  test('an administrator exports anybody, which the audit trail shows', async () => {
    const { graph, shipper } = given();
    const found = await exported(await graph.tokenOf('admin'), shipper.accountId);
    expect(found.shipments).toEqual(own.shipments);
    await graph.settle();
    const { data } = await graph.ask<{ auditEntries: { nodes: object[] } }>(
      'admin',
      'query($filter: AuditFilter) { auditEntries(filter: $filter) { nodes { actor { email } } } }',
      { filter: { targetId: shipper.accountId, actions: ['ACCOUNT_EXPORTED'] } },
    );
    expect(data!.auditEntries.nodes).toContainEqual({ actor: { email: 'admin@demo.test' } });
  });
}
