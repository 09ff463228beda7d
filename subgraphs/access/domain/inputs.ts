import { z } from 'zod';
import { expectedVersion, id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { line } from '#shared/input/text.ts';
import { roles, tiers } from '#shared/vocabulary.ts';
import { billingAddress, paymentTermsDays, vatId } from './billing-details.ts';

/** At most 254 characters (RFC 5321), stored in lower case, because no common provider distinguishes case. */
export const email = z.string().trim().toLowerCase().max(254).pipe(z.email());
/** No rules about kinds of characters (NIST SP 800-63B). password-strength.ts refuses passwords that are easy to guess. */
export const password = z.string().min(12).max(128);

const organizationName = line(2, 120);

export const createOrganizationInput = z.object({
  idempotencyKey,
  name: organizationName,
  industry: line(1, 80)
    .nullish()
    .transform((value) => value ?? null),
  tier: z.enum(tiers),
  sandbox: z.boolean().default(false),
});
export type CreateOrganization = z.infer<typeof createOrganizationInput>;

/** At least one role, without duplicates. */
const roleSet = z
  .array(z.enum(roles))
  .min(1)
  .max(50)
  .transform((given) => roles.filter((role) => given.includes(role)));

export const registerAccountInput = z.object({
  idempotencyKey,
  email,
  name: line(1, 120),
  roles: roleSet,
  organizationId: id.nullish().transform((value) => value ?? null),
  password: password.nullish().transform((value) => value ?? null),
});
export type RegisterAccount = z.infer<typeof registerAccountInput>;

export const changeOrganizationTierInput = z.object({ organizationId: id, tier: z.enum(tiers), expectedVersion });
export type ChangeOrganizationTier = z.infer<typeof changeOrganizationTierInput>;

/** Absent fields stay as they are. Null removes the address and the VAT id. */
export const updateOrganizationInput = z.object({
  organizationId: id,
  expectedVersion,
  idempotencyKey: idempotencyKey.nullish(),
  name: organizationName.optional(),
  billingAddress: billingAddress.nullish(),
  vatId: vatId.nullish(),
  paymentTermsDays: paymentTermsDays.optional(),
});
export type UpdateOrganization = z.infer<typeof updateOrganizationInput>;

export const changeAccountRolesInput = z.object({ accountId: id, roles: roleSet, expectedVersion });
export type ChangeAccountRoles = z.infer<typeof changeAccountRolesInput>;

export const deactivateAccountInput = z.object({ accountId: id, expectedVersion });
export type DeactivateAccount = z.infer<typeof deactivateAccountInput>;

export const personInput = z.object({ accountId: id });

export const endSessionsInput = z.object({
  accountId: id.nullish(),
  sessionId: id.nullish(),
  keepCurrent: z.boolean(),
});

export const newPasswordInput = z.object({ newPassword: password });

export const resetPasswordInput = z.object({ token: z.string().max(100), newPassword: password });
