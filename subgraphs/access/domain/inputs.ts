import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { roles, tiers } from '#shared/vocabulary.ts';

/** What mutations accept, beyond what the SDL's types say. Control characters (NUL among them) fit nowhere. */
const noControls = /^\P{Cc}*$/u;
const line = (min: number, max: number) =>
  z.string().trim().min(min).max(max).regex(noControls, 'Must not contain control characters.');

/** RFC 5321 allows 254 octets; case is not kept, as no provider in use tells addresses apart by it. */
const email = z.string().trim().toLowerCase().max(254).pipe(z.email());
/** No rules about kinds of characters (NIST SP 800-63B). What is guessed easily is refused in password-strength.ts. */
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

/** At least one role; the same one twice counts once. */
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
