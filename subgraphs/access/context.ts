import { GraphError } from '#shared/errors/errors.ts';
import { originOf } from '#shared/graphql/change.ts';
import type { BaseContext } from '#shared/graphql/context.ts';
import { clientNetwork } from '#shared/identity/client-network.ts';
import type { AccountIdentity, Identity } from '#shared/identity/identity.ts';
import type { TextSealer } from '#shared/identity/sealed-text.ts';
import type { TokenSigner } from '#shared/identity/tokens.ts';
import type { SecondFactorPolicy } from './domain/second-factor-policy.ts';
import type { SessionEvent } from './domain/session-events.ts';
import type { SignInLimits } from './domain/sign-in-limits.ts';
import type { Account, Organization, Session } from './entities.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { AccountAudit, AuditContext } from './store/audit.ts';
import type { Mails } from './store/mails.ts';
import type { SessionClient } from './store/sessions.ts';

/** Logs and counts an event of a session. `accountId` is null if the credentials belong to no account. */
export type ReportSessionEvent = (context: BaseContext, event: SessionEvent, accountId: string | null) => void;

/** The services of the access subgraph. */
export interface AccessServices {
  /** Signs the access tokens of clients. */
  readonly signer: TokenSigner;
  readonly signInLimits: SignInLimits;
  /** Idempotency keys that one caller may use within 24 hours. */
  readonly maxIdempotencyKeys: number;
  /** See `hashApiKey`. */
  readonly apiKeySecret: string;
  /** Encrypts the secrets of second factors. */
  readonly sealer: TextSealer;
  readonly secondFactor: SecondFactorPolicy;
  readonly mails: Mails;
  /** Address of the application to which links in mails lead; undefined = mails have no links. */
  readonly publicUrl: string | undefined;
  readonly report: ReportSessionEvent;
}

export interface AccessContext extends BaseContext, AccessServices {
  /** Network of the client, for limits. All clients without a known address share one. */
  readonly network: string;
  /** Loaders of the records that an identity may see: the caller, or the account that has just signed in. */
  loadersOf(identity: Identity): Loaders;
  /** Refuses the second call with the same name in one request. @throws GraphError MAX_ROOT_FIELDS_LIMIT */
  oncePerRequest(name: string): void;
}

export function createContext(base: BaseContext, services: AccessServices): AccessContext {
  const known = new Map<Identity, Loaders>();
  base.onForget(() => known.clear());
  const begun = new Set<string>();
  return {
    ...base,
    ...services,
    network: base.clientAddress === null ? 'unknown' : clientNetwork(base.clientAddress),
    loadersOf(identity) {
      const loaders = known.get(identity) ?? createLoaders(base, identity);
      known.set(identity, loaders);
      return loaders;
    },
    oncePerRequest(name) {
      if (begun.has(name))
        throw new GraphError(
          'MAX_ROOT_FIELDS_LIMIT',
          `A request can call ${name} once. Send each further call in a request of its own.`,
        );
      begun.add(name);
    },
  };
}

/** An account in a response. `seenAs` replaces the identity of the caller, who is still anonymous when signing in. */
export interface AccountNode extends Account {
  readonly seenAs?: Identity;
}

/** An organization in a response. `seenAs` is that of the account to which it belongs. */
export interface OrganizationNode extends Organization {
  readonly seenAs?: Identity;
}

/** A session in a response. */
export interface SessionNode extends Session {
  /** Who sees it: the caller, or the account that has just signed in. */
  readonly seer: Identity;
}

/** The client that sent a request, for its session. */
export function clientOf({ clientAddress, clientName = null }: AccessContext): SessionClient {
  return { clientNetwork: clientAddress === null ? null : clientNetwork(clientAddress), clientName };
}

/** The audit context of a change that the signed-in account makes. */
export function auditOf(context: AccessContext, caller: AccountIdentity, at: Date): AccountAudit {
  return { ...originOf(context, caller), at };
}

/** The audit context of a change by an anonymous caller. */
export function anonymousAudit({ requestId, clientRequestId, clientAddress, clock }: AccessContext): AuditContext {
  return { actorId: null, apiKeyId: null, requestId, clientRequestId, clientAddress, at: clock() };
}
