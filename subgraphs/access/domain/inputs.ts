import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { line } from '#shared/input/text.ts';
import { roles, tiers } from '#shared/vocabulary.ts';

/** At most 254 characters (RFC 5321), stored in lower case, because no common provider distinguishes case. */
const email = z.string().trim().toLowerCase().max(254).pipe(z.email());
/** No rules about kinds of characters (NIST SP 800-63B). password-strength.ts refuses passwords that are easy to guess. */
const password = z.string().min(12).max(128);

export const createOrganizationInput = z.object({
  idempotencyKey,
  name: line(2, 120),
  industry: line(1, 80)
    .nullish()
    .transform((value) => value ?? null),
  tier: z.enum(tiers),
});
export type CreateOrganization = z.infer<typeof createOrganizationInput>;

/** At least one role, without duplicates. */
export const roleSet = z
  .array(z.enum(roles))
  .min(1)
  .max(50)
  .transform((given) => roles.filter((role) => given.includes(role)));

export const registerAccountInput = z.object({
  idempotencyKey,
  email,
  name: line(1, 120),
  roles: roleSet,
  organizationId: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
  password: password.nullish().transform((value) => value ?? null),
});
export type RegisterAccount = z.infer<typeof registerAccountInput>;

export const newPasswordInput = z.object({ newPassword: password });
