import { hash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { TOTP } from 'otpauth';
import { newId } from '#shared/ids.ts';
import { createGraphClient } from '../../../client/graph-client.ts';
import { demoCredentials } from '../../../demo/accounts.ts';
import { mutationsOf } from '../../../subgraphs/shared/test/listed-codes.ts';
import type { DemoAccount, TestGraph } from '../graph.ts';
import { until } from '../until.ts';
import { shipmentInput } from './whole-life.ts';

/** Mutations without an entry in the audit trail, and why. */
const unaudited: Readonly<Record<string, string>> = {
  refreshSession: 'continues a session that the trail has; a token that is used twice is audited',
  enrolSecondFactor: 'has no effect before confirmSecondFactor, which is audited',
  reportPositions: 'measurements of vehicles, which are records themselves',
};

interface Entry {
  readonly action: string;
  readonly requestId: string;
  readonly clientRequestId: string | null;
  readonly actor: { readonly id: string } | null;
  readonly subgraph: string;
  readonly response: { readonly sha256: string; readonly status: number } | null;
  readonly place: { readonly sequence: number } | null;
}

type Result = Readonly<Record<string, { readonly id: string; readonly version: number }>> & {
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly documents: readonly { readonly id: string }[];
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  readonly userErrors: readonly object[];
};

const key = () => ({ idempotencyKey: randomUUID() });
const home = {
  city: 'Chicago',
  region: 'IL',
  country: 'US',
  timeZone: 'America/Chicago',
  location: { latitude: 41.85, longitude: -87.65 },
};

/** Every change that a client can make leaves an entry in the audit trail, whichever subgraph makes it. */
export function auditTrail(given: () => TestGraph): void {
  const startedAt = new Date(Date.now() - 1_000);
  const sent = new Map<string, { readonly sha256: string }>();
  let entries: Entry[];

  /** Runs a mutation as an account, or without one, and notes its response under its name. */
  async function run(
    as: DemoAccount | null,
    name: string,
    input: object,
    selection = '',
    token?: string,
  ): Promise<Result> {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation($input: ${type}!) { result: ${name}(input: $input) { ${selection} userErrors { code field message } } }`;
    const headers = { 'x-request-id': `audited-${name}` };
    const { data, errors } = token
      ? await createGraphClient({ url: given().url, attempts: 1 }).send<{ result: Result }>(
          { query, variables: { input } },
          { ...headers, authorization: `Bearer ${token}` },
        )
      : await given().ask<{ result: Result }>(as, query, { input }, headers);
    expect([name, errors, data?.result?.userErrors]).toEqual([name, [], []]);
    sent.set(name, { sha256: hash('sha256', JSON.stringify({ data }), 'hex') });
    return data!.result;
  }

  async function read<T>(as: DemoAccount, query: string, variables: object = {}): Promise<T> {
    const { data, errors } = await given().ask<T>(as, query, variables);
    expect(errors).toEqual([]);
    return data!;
  }

  async function readEntries(): Promise<Entry[]> {
    const found: Entry[] = [];
    for (let after: string | null = null; ; ) {
      const {
        auditEntries,
      }: { auditEntries: { nodes: Entry[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } = await read(
        'admin',
        `query($filter: AuditFilter, $after: String) { auditEntries(filter: $filter, first: 100, after: $after) {
            nodes { action requestId clientRequestId subgraph actor { id } response { sha256 status } place { sequence } }
            pageInfo { endCursor hasNextPage } } }`,
        { filter: { at: { from: startedAt } }, after },
      );
      found.push(...auditEntries.nodes);
      if (!auditEntries.pageInfo.hasNextPage) return found;
      after = auditEntries.pageInfo.endCursor;
    }
  }

  const entriesOf = (name: string) => entries.filter(({ clientRequestId }) => clientRequestId === `audited-${name}`);

  describe('every mutation', () => {
    beforeAll(async () => {
      await runAccessMutations();
      await runFreightMutations();
      await runReferenceMutations();
      await given().settle();
      const isComplete = (found: Entry[]) =>
        found.every(({ place, response, clientRequestId }) => place && (response || clientRequestId === null));
      entries = await until(readEntries, isComplete);
    }, 60_000);

    async function runAccessMutations(): Promise<void> {
      const session = await run(null, 'signIn', demoCredentials('analyst'), 'refreshToken accessToken');
      await run(null, 'signOut', { refreshToken: session.refreshToken });
      const { organization } = await run(
        'admin',
        'createOrganization',
        { ...key(), name: 'Audited' },
        'organization { id }',
      );
      const organizationId = organization!.id;
      await run('admin', 'changeOrganizationTier', { organizationId, tier: 'PREMIUM', expectedVersion: 1 });
      await run('admin', 'updateOrganization', { ...key(), organizationId, expectedVersion: 2, name: 'Audited again' });
      const credentials = { email: 'audited@demo.test', password: 'a long password of the audit' };
      const registration = { ...key(), ...credentials, name: 'Audited', roles: ['CUSTOMER'], organizationId };
      const { account } = await run('admin', 'registerAccount', registration, 'account { id }');
      const accountId = account!.id;
      await run(null, 'requestPasswordReset', { email: credentials.email });
      const token = await knownResetToken(given(), accountId);
      await run(null, 'resetPassword', { token, newPassword: credentials.password });
      const own = await run(null, 'signIn', credentials, 'refreshToken accessToken');
      const change = { currentPassword: credentials.password, newPassword: 'another long password of it' };
      await run(null, 'changePassword', change, '', own.accessToken);
      await runSecondFactor(accountId, { ...credentials, password: change.newPassword }, own.accessToken);
      await run('admin', 'endSessions', { accountId });
      await run('admin', 'changeAccountRoles', { accountId, roles: ['PARTNER'], expectedVersion: 1 });
      await run('admin', 'deactivateAccount', { accountId, expectedVersion: 2 });
      await run('admin', 'exportPersonalData', { accountId });
      await run('admin', 'erasePersonalData', { accountId });
      const { apiKey } = await run('partner', 'createApiKey', { ...key(), name: 'Audited' }, 'apiKey { id }');
      const apiKeyId = apiKey!.id;
      await run('partner', 'rotateApiKey', { ...key(), apiKeyId });
      await run('partner', 'revokeApiKey', { apiKeyId });
      const body = 'query Audited { viewer { id name } }';
      const documentId = hash('sha256', body, 'hex');
      const operations = [{ id: documentId, name: 'Audited', type: 'query', body }];
      const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
      await run('partner', 'registerDocuments', { manifest, clientName: 'audit', clientVersion: '1' });
      await run('partner', 'retireDocument', { documentId });
      await run('admin', 'acceptSupergraph', { hash: hash('sha256', 'audited', 'hex'), reason: 'Audited' });
    }

    async function runSecondFactor(
      accountId: string,
      credentials: { readonly email: string; readonly password: string },
      firstToken: string,
    ): Promise<void> {
      const enrol = async (token: string): Promise<Result> => {
        const { secret } = await run(
          null,
          'enrolSecondFactor',
          { currentPassword: credentials.password },
          'secret',
          token,
        );
        const code = new TOTP({ secret }).generate();
        return run(null, 'confirmSecondFactor', { code }, 'recoveryCodes accessToken', token);
      };
      const { recoveryCodes, accessToken } = await enrol(firstToken);
      const stepped = await run(null, 'stepUp', { code: recoveryCodes[0] }, 'accessToken', accessToken);
      const regenerated = await run(
        null,
        'regenerateRecoveryCodes',
        { code: recoveryCodes[1] },
        'recoveryCodes',
        stepped.accessToken,
      );
      const [first, second] = regenerated.recoveryCodes;
      const { data } = await given().ask<{ signIn: { challenge: { id: string } } }>(
        null,
        'mutation($input: SignInInput!) { signIn(input: $input) { challenge { id } } }',
        { input: credentials },
      );
      const answer = { id: data!.signIn.challenge.id, code: first };
      const session = await run(null, 'answerChallenge', answer, 'accessToken');
      await run(null, 'removeSecondFactor', { code: second }, '', session.accessToken);
      await enrol(session.accessToken);
      await run('admin', 'resetSecondFactor', { accountId });
    }

    async function runFreightMutations(): Promise<void> {
      const draft = async (as: DemoAccount, book = false) =>
        (await run(as, 'createShipment', { ...shipmentInput(randomUUID(), book), ...key() }, 'shipment { id version }'))
          .shipment!;
      const { id: shipmentId, version } = await draft('customer');
      await run('customer', 'updateShipment', { shipmentId, expectedVersion: version, notes: 'Ring twice' });
      const { quote } = await run('customer', 'requestQuote', { ...key(), shipmentId }, 'quote { id }');
      await run('customer', 'acceptQuote', { quoteId: quote!.id });
      await run('customer', 'bookShipment', { shipmentId });
      await given().settle(); // its risk is assessed
      await run('dispatcher', 'assignBest', { shipmentIds: [shipmentId] });
      await given().settle();
      await run('dispatcher', 'unassignShipment', { shipmentId, reason: 'Mistaken' });
      await given().settle();
      const { recommendations } = await read<{
        recommendations: { recommendations: { driver: { id: string }; vehicle: { id: string } }[] };
      }>(
        'dispatcher',
        'query($shipmentId: ID!) { recommendations(shipmentId: $shipmentId) { recommendations { driver { id } vehicle { id } } } }',
        { shipmentId },
      );
      const { driver, vehicle } = recommendations.recommendations[0]!;
      await run('dispatcher', 'assignShipment', { shipmentId, driverId: driver.id, vehicleId: vehicle.id });
      await given().settle();
      for (const to of ['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY'])
        await run('dispatcher', 'advanceShipment', { shipmentId, to });
      const proofOfDelivery = { recipientName: 'R. Dock', signatureReference: 'SIG-1' };
      await run('dispatcher', 'advanceShipment', { shipmentId, to: 'DELIVERED', proofOfDelivery });
      await given().settle();
      await run('customer', 'commentOnShipment', { shipmentId, body: 'Thanks' });
      await run('customer', 'rateShipment', { shipmentId, stars: 5 });
      const { shipment } = await read<{ shipment: { invoice: { id: string } } }>(
        'customer',
        'query($shipmentId: ID!) { shipment(id: $shipmentId) { invoice { id } } }',
        { shipmentId },
      );
      const amount = { amount: '10.00', currency: 'USD' };
      const payment = { ...key(), invoiceId: shipment.invoice.id, amount, method: 'WIRE', reference: 'AUDITED-1' };
      await run('admin', 'recordPayment', payment);
      const { id: cancelledId } = await draft('customer');
      await run('customer', 'cancelShipment', { shipmentId: cancelledId, reason: 'Sold' });
    }

    async function runReferenceMutations(): Promise<void> {
      const person = {
        name: 'Audited Driver',
        phone: '+1 312 555 0199',
        licenseNumber: 'AUDIT-1',
        licenseClasses: ['CLASS_A'],
      };
      const registered = { ...key(), ...person, equipment: ['DRY_VAN'], homeBase: home };
      const { driver } = await run('admin', 'registerDriver', registered, 'driver { id version }');
      const driverId = driver!.id;
      await run('admin', 'updateDriver', { driverId, expectedVersion: 1, phone: '+1 312 555 0198' });
      const truck = {
        plate: 'AUDIT 1',
        make: 'Volvo',
        modelYear: 2024,
        equipment: 'DRY_VAN',
        maxWeightKg: 20_000,
        maxVolumeM3: 90,
      };
      const { vehicle } = await run(
        'admin',
        'registerVehicle',
        { ...key(), ...truck, homeBase: home },
        'vehicle { id }',
      );
      const vehicleId = vehicle!.id;
      await run('admin', 'updateVehicle', { vehicleId, expectedVersion: 1, make: 'Mack' });
      await run('dispatcher', 'startShift', { driverId });
      await run('dispatcher', 'endShift', { driverId });
      const incident = {
        kind: 'SPEEDING',
        severity: 'LOW',
        description: 'Too fast',
        occurredAt: new Date().toISOString(),
      };
      await run('dispatcher', 'reportIncident', { ...key(), driverId, ...incident });
      await run('admin', 'retireVehicle', { vehicleId, expectedVersion: 2 });
      await run('admin', 'deactivateDriver', { driverId, expectedVersion: 2 });
      await run('driver', 'redeemReward', { ...key(), points: 100 });
      await run('admin', 'recordMarketObservation', {
        kind: 'COST',
        equipment: 'DRY_VAN',
        ratio: 1.01,
        source: 'audit',
      });
      const reviewCaseId = await openCase(given());
      await run('dispatcher', 'decideReview', {
        reviewCaseId,
        decision: 'APPROVE',
        reason: 'Known',
        expectedVersion: 1,
      });
      const listed = { ...key(), kind: 'NAME', value: 'Audited Villain', reason: 'Fraud' };
      const { entry } = await run('admin', 'addWatchlistEntry', listed, 'entry { id }');
      await run('admin', 'removeWatchlistEntry', { watchlistEntryId: entry!.id, reason: 'Mistaken' });
      const area = { circle: { center: home.location, radiusMeters: 500 } };
      const { geofence } = await run(
        'dispatcher',
        'createGeofence',
        { ...key(), name: 'Audited', area },
        'geofence { id }',
      );
      const geofenceId = geofence!.id;
      await run('dispatcher', 'updateGeofence', { geofenceId, expectedVersion: 1, name: 'Audited again' });
      await run('dispatcher', 'deleteGeofence', { geofenceId, expectedVersion: 2 });
      const { organizations } = await read<{ organizations: { nodes: { id: string }[] } }>(
        'admin',
        '{ organizations(first: 1) { nodes { id } } }',
      );
      const item = { description: 'Lamps', commodity: 'Lamps', quantity: 1 };
      const times = { createdAt: '2025-01-01T00:00:00Z', deliveredAt: '2025-01-05T00:00:00Z' };
      const row = { line: 2, sourceReference: 'audited', reference: 'AUDITED-1', ...times, item, values: ['audited'] };
      const batch = { source: 'AUDIT', file: 'audit.csv', organizationId: organizations.nodes[0]!.id, columns: ['no'] };
      await run('admin', 'importShipments', { ...batch, rows: [row] });
    }

    const visible = mutationsOf(
      parse(readFileSync(new URL('../../../schema/supergraph.graphql', import.meta.url), 'utf8')),
    )
      .filter(({ directives }) => !directives?.some(({ name }) => name.value === 'inaccessible'))
      .map(({ name }) => name.value);

    test.each(visible.filter((name) => !(name in unaudited)))('%s leaves an entry', (name) => {
      const own = entriesOf(name);
      expect(own.length).toBeGreaterThan(0);
      const last = sent.get(name);
      expect(own.some(({ response }) => response?.sha256 === last?.sha256 && response?.status === 200)).toBe(true);
    });

    test('leaves no entry if it is not a change', () => {
      expect(visible).toEqual(expect.arrayContaining(Object.keys(unaudited)));
    });

    test('and what follows from it is in the trail with its request or event', () => {
      const actions = new Set(entries.map(({ action }) => action));
      expect([...actions]).toEqual(expect.arrayContaining(['RISK_ASSESSED', 'INVOICE_ISSUED', 'ACCOUNT_REGISTERED']));
    });
  });

  test('the trail is verified through the graph', async () => {
    const { verifyAuditTrail } = await read<{
      verifyAuditTrail: { fault: object | null; checked: number; head: { sequence: number } };
    }>('admin', '{ verifyAuditTrail { fault { kind sequence } checked head { sequence hash } } }');
    expect(verifyAuditTrail.fault).toBeNull();
    expect(verifyAuditTrail.checked).toBeGreaterThan(entries.length);
  });

  test('refusals of two gateways are counted by caller, code and minute, with a sample', async () => {
    const second = await given().another();
    const refused = 'query SneakyAudit { auditEntries(first: 1) { nodes { id } } }';
    try {
      for (const gateway of [given(), second, second]) {
        const { errors } = await gateway.ask('analyst', refused);
        expect(errors.length).toBeGreaterThan(0);
      }
    } finally {
      await second.close(); // reports the last ones
    }
    type Refusals = {
      auditRefusals: {
        nodes: { code: string; count: number; operationName: string; account: { email: string } | null }[];
      };
    };
    const query = '{ auditRefusals(first: 100) { nodes { code count operationName requestId account { email } } } }';
    const counted = async () =>
      (await read<Refusals>('admin', query)).auditRefusals.nodes
        .filter(
          ({ operationName, account }) => operationName === 'SneakyAudit' && account?.email === 'analyst@demo.test',
        )
        .reduce((sum, { count }) => sum + count, 0);
    expect(await until(counted, (count) => count >= 3)).toBe(3);
  });
}

/** Replaces the token that was mailed to an account. */
async function knownResetToken({ product }: TestGraph, accountId: string): Promise<string> {
  const access = product.subgraphs.find(({ subgraph }) => subgraph.name === 'access');
  const token = randomUUID();
  await access?.services.database
    .fork()
    .execute('update password_reset set token_hash = ? where account_id = ?', [
      hash('sha256', token, 'hex'),
      accountId,
    ]);
  return token;
}

/** Opens a case of the review queue. Bookings of the demo world do not need one. */
async function openCase({ product }: TestGraph): Promise<string> {
  const id = newId();
  const risk = product.subgraphs.find(({ subgraph }) => subgraph.name === 'risk');
  await risk?.services.database.fork().execute(
    `insert into review_case (id, shipment_id, organization_id, assessment_id, status, opened_at, version)
      select ?, shipment_id, organization_id, id, 'OPEN', now(), 1 from assessment where current
        and shipment_id not in (select shipment_id from review_case) limit 1`,
    [id],
  );
  return id;
}
