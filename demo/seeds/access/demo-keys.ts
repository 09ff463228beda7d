import { systemOrigin } from '#shared/audit/fact.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { createTransact, type Transaction } from '#shared/database/transaction.ts';
import type { Services } from '#shared/graphql/context.ts';
import { demoApiKey, hashApiKey, shownPart } from '#shared/identity/api-keys.ts';
import { type AccountIdentity, scopesOf, scopesOfKeys } from '#shared/identity/identity.ts';
import { findByEmail } from '../../../subgraphs/access/store/accounts.ts';
import { createApiKey } from '../../../subgraphs/access/store/api-key-changes.ts';
import { createOrganization } from '../../../subgraphs/access/store/organization-changes.ts';
import { tierOf } from '../../../subgraphs/access/store/organizations.ts';
import { demoCredentials } from '../../accounts.ts';

const sandbox = { name: 'Sandbox', industry: null, tier: 'STANDARD', sandbox: true } as const;

/**
 * Adds to the demo data what is needed to try API keys: the key of the demo partner, which follows from the secret of the
 * installation, and an organization for test keys. What is there stays as it is, also a revoked key.
 */
export function writeDemoKeys({ database, jobs, live, clock }: Services, secret: string): Promise<void> {
  return createTransact(
    database.fork(),
    jobs,
    live,
  )(async (transaction) => {
    const { em } = transaction;
    await query(em, sql`select pg_advisory_xact_lock(hashtext('demo keys'))`);
    const partner = await findByEmail(em, demoCredentials('partner').email);
    if (!partner?.organizationId) return;
    const audit = { ...systemOrigin('demo'), actorId: partner.id, at: clock() };
    const text = demoApiKey(secret);
    const stored = { hash: hashApiKey(text, secret), prefix: shownPart(text) };
    if (await isMissing(transaction, sql`select from api_key where hash = ${stored.hash}`)) {
      const { id: accountId, organizationId, roles } = partner;
      const tier = await tierOf(em, organizationId);
      const caller: AccountIdentity = {
        kind: 'account',
        accountId,
        credential: { kind: 'session', needsCode: false },
        organizationId,
        driverId: null,
        roles,
        scopes: scopesOf(roles),
        tier,
      };
      const wanted = { organizationId: null, name: 'Demo partner', scopes: [...scopesOfKeys], expiresAt: null };
      const input = {
        ...wanted,
        allowedNetworks: [],
        requireSignature: false,
        signingPublicKey: null,
        idempotencyKey: 'demo-partner-key',
      };
      await createApiKey(transaction, audit, caller, input, () => stored);
    }
    if (await isMissing(transaction, sql`select from organization where sandbox`)) {
      await createOrganization(transaction, audit, { ...sandbox, idempotencyKey: 'demo-sandbox' });
    }
  });
}

async function isMissing({ em }: Transaction, statement: ReturnType<typeof sql>): Promise<boolean> {
  return (await query(em, statement)).length === 0;
}
