import type { FieldCipher } from '#shared/identity/field-cipher.ts';
import type { Role } from '#shared/vocabulary.ts';
import { accountEmail } from '../entities.ts';
import { rowsOf, type Statements } from './statements.ts';

const accountsPerBatch = 500;

/** What an account may do, and when it was used. A null time means never. */
export interface ReviewedAccount {
  readonly accountId: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly organizationId: string | null;
  readonly organizationName: string | null;
  readonly createdAt: Date;
  readonly deactivatedAt: Date | null;
  readonly canSignIn: boolean;
  readonly lastSignInAt: Date | null;
  /** When the account last began or continued a session that is still stored. */
  readonly lastSessionUseAt: Date | null;
  readonly secondFactorSince: Date | null;
  readonly unusedRecoveryCodes: number;
  /** The API key that acts through this account; null for an account of a person. */
  readonly apiKeyId: string | null;
  readonly apiKeyName: string | null;
  readonly apiKeyScopes: readonly string[] | null;
  readonly apiKeyNetworks: readonly string[] | null;
  readonly apiKeyExpiresAt: Date | null;
  readonly apiKeyLastUsedAt: Date | null;
  readonly apiKeyRevokedAt: Date | null;
}

/** The access review as JSON lines: one account in each, oldest account first, deactivated accounts included. */
export async function* reviewAccess(client: Statements, cipher: FieldCipher): AsyncGenerator<string> {
  for (let last: string | null = null; ; ) {
    const accounts: ReviewedAccount[] = await readAccounts(client, last);
    const end = accounts.at(-1);
    if (!end) return;
    yield `${accounts.map((account) => JSON.stringify({ ...account, email: cipher.open(account.email, accountEmail.place) })).join('\n')}\n`;
    last = end.accountId;
  }
}

function readAccounts(client: Statements, after: string | null): Promise<ReviewedAccount[]> {
  return rowsOf<ReviewedAccount>(
    client,
    `select a.id as "accountId", a.email, a.name, a.roles,
        a.organization_id as "organizationId", o.name as "organizationName",
        a.created_at as "createdAt", a.deactivated_at as "deactivatedAt",
        a.password_hash is not null and a.deactivated_at is null as "canSignIn",
        (select e.at from audit.entry e where e.target_id = a.id and e.action = 'SIGNED_IN'
          order by e.at desc, e.id desc limit 1) as "lastSignInAt",
        (select max(s.refreshed_at) from session s where s.account_id = a.id) as "lastSessionUseAt",
        f.confirmed_at as "secondFactorSince",
        (select count(*)::int from recovery_code r where r.account_id = f.account_id and r.used_at is null) as "unusedRecoveryCodes",
        k.id as "apiKeyId", k.name as "apiKeyName", k.scopes as "apiKeyScopes", k.allowed_networks as "apiKeyNetworks",
        k.expires_at as "apiKeyExpiresAt", k.last_used_at as "apiKeyLastUsedAt", k.revoked_at as "apiKeyRevokedAt"
      from account a
        left join organization o on o.id = a.organization_id
        left join second_factor f on f.account_id = a.id and f.confirmed_at is not null
        left join api_key k on k.account_id = a.id
      where $1::uuid is null or a.id > $1
      order by a.id limit ${accountsPerBatch}`,
    [after],
  );
}
