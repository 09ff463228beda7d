import type { Revocations } from '#shared/identity/access-snapshot.ts';
import { type AccountIdentity, sessionOf } from '#shared/identity/identity.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';

type Tier = AccountIdentity['tier'];
type ChangedAccount = Revocations['accounts'][number];

/**
 * Compares access tokens with what has changed since they were issued: a token stays valid for up to 15 minutes after its
 * session has ended, or its account was closed or has lost a role.
 */
export class Standing {
  readonly #sessions: ReadonlySet<string>;
  readonly #accounts: ReadonlyMap<string, ChangedAccount>;
  readonly #tiers: ReadonlyMap<string, Tier>;
  /** Identities with the tier of now, by those of their tokens. */
  readonly #renewed = new WeakMap<AccountIdentity, AccountIdentity>();

  constructor({ sessions, accounts, organizations }: Revocations) {
    this.#sessions = new Set(sessions);
    this.#accounts = new Map(accounts.map((account) => [account.id, account]));
    this.#tiers = new Map(organizations.map(({ id, tier }) => [id, tier]));
  }

  /** Returns the identity of a token as it is now. The same identity gives the same object. @throws RequestRefusal UNAUTHENTICATED */
  confirm(identity: AccountIdentity): AccountIdentity {
    const session = sessionOf(identity)?.id;
    if (session !== undefined && this.#sessions.has(session)) {
      throw stale('This session has ended. Sign in again.');
    }
    const account = this.#accounts.get(identity.accountId);
    if (account) requireUnchanged(identity, account);
    const tier = identity.organizationId === null ? undefined : this.#tiers.get(identity.organizationId);
    if (tier === undefined || tier === identity.tier) return identity;
    const renewed = this.#renewed.get(identity) ?? { ...identity, tier };
    this.#renewed.set(identity, renewed);
    return renewed;
  }
}

const refresh = 'Refresh the session, in a request without the authorization header.';

export const nothingRevoked: Revocations = { sessions: [], accounts: [], organizations: [] };

function requireUnchanged({ roles, driverId }: AccountIdentity, now: ChangedAccount): void {
  if (now.closed) throw stale('This account is closed. Sign in with an open account.');
  const lost = roles.filter((role) => !now.roles.includes(role));
  if (lost.length > 0) throw stale(`This account no longer has the role ${lost.join(', ')}. ${refresh}`);
  if (driverId !== null && driverId !== now.driverId) {
    throw stale(`This account no longer belongs to the same driver. ${refresh}`);
  }
}

function stale(message: string): RequestRefusal {
  return new RequestRefusal('UNAUTHENTICATED', message, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}
