import { z } from 'zod';
import { isAddressRange } from '#shared/identity/address-ranges.ts';
import { scopesOfKeys } from '#shared/identity/identity.ts';
import { readSigningKey } from '#shared/identity/request-signing.ts';
import { id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { line } from '#shared/input/text.ts';

const maxNetworks = 50;
const dayMs = 86_400_000;
const maxDays = 5 * 366;
const maxGraceSeconds = 7 * 86_400;

/** A time after now, so that a new key can be used. */
const expiry = z
  .date()
  .refine((at) => at.getTime() > Date.now(), 'Must be in the future.')
  .refine((at) => at.getTime() < Date.now() + maxDays * dayMs, 'Must be within five years.');

const network = z.string().max(50).trim().refine(isAddressRange, 'Must be an IP address or a CIDR range.');

/** A public key in base64. */
const signingPublicKey = z
  .string()
  .max(1_000)
  .transform((text, context): string => {
    const key = readSigningKey(text);
    if (key !== undefined) return key;
    context.addIssue('Must be an Ed25519 public key, as PEM or as base64 of its 32 bytes.');
    return z.NEVER;
  });

export const createApiKeyInput = z.object({
  idempotencyKey,
  organizationId: id.nullish().transform((value) => value ?? null),
  name: line(1, 100),
  /** Scopes without duplicates; null for all that a key may hold. */
  scopes: z
    .array(z.enum(scopesOfKeys, `Must be one of ${scopesOfKeys.join(', ')}.`))
    .min(1)
    .max(50)
    .nullish()
    .transform((given) => scopesOfKeys.filter((scope) => given?.includes(scope) ?? true)),
  expiresAt: expiry.nullish().transform((value) => value ?? null),
  allowedNetworks: z
    .array(network)
    .max(maxNetworks)
    .nullish()
    .transform((given) => [...new Set(given)]),
  requireSignature: z.boolean(),
  signingPublicKey: signingPublicKey.nullish().transform((value) => value ?? null),
});
export type CreateApiKey = z.infer<typeof createApiKeyInput>;

export const rotateApiKeyInput = z.object({
  idempotencyKey,
  apiKeyId: id,
  graceSeconds: z
    .number()
    .int()
    .min(0, 'Must be at least 0.')
    .max(maxGraceSeconds, `Must be at most ${maxGraceSeconds}.`),
  /** Absent: stays as it is. Null: the key no longer expires. */
  expiresAt: expiry.nullish(),
  /** Absent: stays as it is. */
  requireSignature: z
    .boolean()
    .nullish()
    .transform((value) => value ?? undefined),
  /** Absent: stays as it is. Null: signatures have a secret. */
  signingPublicKey: signingPublicKey.nullish(),
});
export type RotateApiKey = z.infer<typeof rotateApiKeyInput>;

export const revokeApiKeyInput = z.object({ apiKeyId: id });
export type RevokeApiKey = z.infer<typeof revokeApiKeyInput>;

/** See `hashApiKey`. */
const keyHash = z.string().regex(/^([\w-]{1,32}\.)?[\w-]{43}$/);

export const recordApiKeyUsesInput = z.object({
  uses: z
    .array(z.object({ apiKeyId: id, at: z.date(), formerHash: keyHash.nullish(), hash: keyHash.nullish() }))
    .max(100_000),
});
export type ApiKeyUse = z.infer<typeof recordApiKeyUsesInput>['uses'][number];
