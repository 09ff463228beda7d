import type { AuditChange } from '#shared/audit/fact.ts';
import { hasValues } from '#shared/database/has-values.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refusingViolations } from '#shared/database/violations.ts';
import { checkVersion } from '#shared/errors/contested.ts';
import { textKey } from '#shared/input/text-key.ts';
import { addressLine } from '../domain/billing-details.ts';
import type { UpdateOrganization } from '../domain/inputs.ts';
import type { Organization } from '../entities.ts';
import { type AccountAudit, recordAudit } from './audit.ts';
import { emitChanged, lockOrganization, nameTaken } from './organization-changes.ts';

/** Changes the given fields of an organization. @throws Refusal NOT_FOUND, NAME_TAKEN; Contested CONFLICT */
export async function updateOrganization(
  transaction: Transaction,
  audit: AccountAudit,
  { organizationId, expectedVersion, name, billingAddress, vatId, paymentTermsDays }: UpdateOrganization,
): Promise<Organization> {
  const { em } = transaction;
  const organization = await lockOrganization(em, organizationId);
  checkVersion(organization, expectedVersion);
  const before = textsOf(organization);
  const values = {
    name: name ?? organization.name,
    billingAddress: billingAddress === undefined ? organization.billingAddress : billingAddress,
    vatId: vatId === undefined ? organization.vatId : vatId,
    paymentTermsDays: paymentTermsDays ?? organization.paymentTermsDays,
  };
  if (hasValues(organization, values)) return organization;
  // Names that were equal before names were unique have keys of their own, which they keep.
  const nameKey = values.name === organization.name ? organization.nameKey : textKey(values.name);
  Object.assign(organization, values, { nameKey, version: organization.version + 1 });
  await refusingViolations({ organization_name: nameTaken(values.name) }, () => em.flush());
  const changes = differences(before, textsOf(organization));
  recordAudit(em, audit, 'ORGANIZATION_UPDATED', { kind: 'Organization', id: organization.id }, changes);
  await emitChanged(transaction, organization);
  return organization;
}

/** The fields that can change, as texts for the audit. */
function textsOf({ name, billingAddress, vatId, paymentTermsDays }: Organization) {
  return new Map<string, string | null>([
    ['name', name],
    ['billingAddress', billingAddress ? addressLine(billingAddress) : null],
    ['vatId', vatId ?? null],
    ['paymentTermsDays', String(paymentTermsDays)],
  ]);
}

function differences(
  before: ReadonlyMap<string, string | null>,
  after: ReadonlyMap<string, string | null>,
): AuditChange[] {
  return [...after]
    .map(([field, text]) => ({ field, before: before.get(field) ?? null, after: text }))
    .filter((change) => change.before !== change.after);
}
