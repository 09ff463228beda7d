import { z } from 'zod';
import { roles, tiers } from '../vocabulary.ts';
import { documentContract } from './document-contract.ts';
import { scopes } from './identity.ts';

/**
 * What gateways need to know of the access subgraph to identify callers without asking it: API keys, and what has changed
 * since tokens were issued that are still valid. The access subgraph sends it as JSON.
 */

/** Topic on which the access subgraph tells gateways that the snapshot has changed, so that they read it at once. */
export const accessChangedTopic = 'access.changed';

/** Milliseconds for which changes stay in the snapshot: the life of an access token, and more. */
export const revocationMs = 20 * 60_000;

/** A valid API key. A rotated key occurs twice until its grace period is over. */
const snapshotKey = z.object({
  /** See `hashApiKey`. */
  hash: z.string(),
  id: z.string(),
  /** The machine account through which the key acts. */
  accountId: z.string(),
  organizationId: z.string(),
  tier: z.enum(tiers),
  roles: z.array(z.enum(roles)),
  scopes: z.array(z.enum(scopes)),
  /** Addresses and CIDR ranges from which the key may be used; empty for all. */
  networks: z.array(z.string()),
  /** Milliseconds since 1970; null for a key that does not expire. */
  endsAt: z.number().nullable(),
  requireSignature: z.boolean(),
  /** Ed25519 public key in base64; null for signatures with a secret (see `signingSecret`). Absent in snapshots of an earlier release. */
  signingKey: z.string().nullish(),
});
export type SnapshotKey = z.infer<typeof snapshotKey>;

/** A key that is no longer valid, so that operators learn why its requests are refused. */
const endedKey = z.object({ hash: z.string(), id: z.string(), reason: z.enum(['revoked', 'expired']) });
export type EndedKey = z.infer<typeof endedKey>;

const revocations = z.object({
  /** Ids of sessions that have ended. */
  sessions: z.array(z.string()),
  /** Accounts that were closed, or whose roles or driver changed, as they are now. */
  accounts: z.array(
    z.object({
      id: z.string(),
      closed: z.boolean(),
      roles: z.array(z.enum(roles)),
      driverId: z.string().nullable(),
    }),
  ),
  /** Organizations whose tier changed, with the tier of now. */
  organizations: z.array(z.object({ id: z.string(), tier: z.enum(tiers) })),
});
export type Revocations = z.infer<typeof revocations>;

/** A registered document, new or changed. */
const snapshotDocument = z.object({
  name: z.string(),
  client: z.string(),
  /** Null for a document of the company. */
  organizationId: z.string().nullable(),
  /** Of the organization. Absent in snapshots of an earlier release. */
  tier: z.enum(tiers).nullish(),
  text: z.string(),
  /** Milliseconds since 1970 from which the document is refused; null without a notice. */
  endsAt: z.number().nullable(),
  /** Absent in snapshots of an earlier release. */
  contract: documentContract.optional(),
});
export type SnapshotDocument = z.infer<typeof snapshotDocument>;

export const accessSnapshot = z.object({
  /** Versions of the parts. A gateway sends it with its next request. */
  version: z.string(),
  /** All keys. Null if they are unchanged since the version of the request, or if `changedKeys` has the changes. */
  keys: z.array(snapshotKey).nullable(),
  /** The ids of keys that have changed since the version of the request, and those of them that are valid now. */
  changedKeys: z.object({ ids: z.array(z.string()), keys: z.array(snapshotKey) }).optional(),
  /** Keys that have ended within the last 30 days, all or those among the changed ones. */
  endedKeys: z.array(endedKey).optional(),
  /** Null if unchanged since the version of the request. */
  revocations: revocations.nullable(),
  /**
   * Documents that were registered or retired since the version of the request, at most some thousands: the next request gets further ones.
   * Absent in snapshots of an earlier release.
   */
  documents: z.array(snapshotDocument).optional(),
  /**
   * Supergraphs that gateways load although they damage documents, by the SHA-256 of their texts. Null if unchanged since the version of the
   * request, absent in snapshots of an earlier release.
   */
  acceptedSupergraphs: z.array(z.string()).nullish(),
});
export type AccessSnapshot = z.infer<typeof accessSnapshot>;

const changesSuffix = '.changes';

/** What a gateway asks for after a snapshot of this version: of the keys only what has changed. An earlier release of the subgraph sends all keys. */
export function changesAfter(version: string): string {
  return version + changesSuffix;
}

export function readAfter(after: string): { readonly version: string; readonly onlyChanges: boolean } {
  const onlyChanges = after.endsWith(changesSuffix);
  return { version: onlyChanges ? after.slice(0, -changesSuffix.length) : after, onlyChanges };
}
