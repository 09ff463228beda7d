import { emailKey, emailPurpose } from '#shared/input/email-key.ts';
import { textKey } from '#shared/input/text-key.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { readProductConfig } from '#shared/settings/product-config.ts';
import { hashPassword } from '../../subgraphs/access/domain/passwords.ts';
import { accountEmail } from '../../subgraphs/access/entities.ts';
import { demoPassword } from '../accounts.ts';
import type { TableRow } from '../seeding/copy-rows.ts';
import type { SeedWriter } from '../seeding/write-seeds.ts';
import type { Hub, Organization, World } from '../world.ts';
import { drawBillingDetails } from './access/billing-details.ts';

/** Writes organizations and accounts of the demo world. Only demo accounts have a password. Refuses to put known passwords into a production database. */
export async function seed(tables: SeedWriter, world: World): Promise<void> {
  if (readProductConfig().environment === 'production') {
    throw new ConfigurationError('NODE_ENV: demo accounts are not seeded in production; got production');
  }
  const { admin, dispatcher, driver, customer, partner, analyst } = world.demo;
  const demo = new Set<string>([admin, dispatcher, driver, customer, partner, analyst]);
  const demoHash = await hashPassword(demoPassword, 'seed');
  const driverOf = new Map(world.drivers.map(({ id, accountId }) => [accountId, id]));
  const hubs = new Map(world.hubs.map((hub) => [hub.id, hub]));
  await tables.copy(
    'organization',
    world.organizations.map((organization) => organizationRow(organization, hubs.get(organization.homeHubId))),
  );
  await tables.copy(
    'account',
    world.accounts.map(({ id, email, name, roles, organizationId, createdAt }) => ({
      id,
      email: tables.cipher.seal(email, accountEmail.place),
      email_key: tables.cipher.indexOf(emailKey(email), emailPurpose),
      name,
      name_key: textKey(name),
      roles,
      organization_id: organizationId,
      driver_id: driverOf.get(id) ?? null,
      password_hash: demo.has(id) ? demoHash : null,
      created_at: createdAt,
      version: 1,
    })),
  );
}

function organizationRow(organization: Organization, hub: Hub | undefined): TableRow {
  if (!hub) throw new RangeError('The organization has no home hub in the world.');
  const { id, name, industry, tier, createdAt } = organization;
  const { billingAddress, vatId, paymentTermsDays } = drawBillingDetails(organization, hub);
  return {
    id,
    name,
    name_key: textKey(name),
    industry,
    tier,
    billing_address: billingAddress,
    vat_id: vatId,
    payment_terms_days: paymentTermsDays,
    created_at: createdAt,
    version: 1,
  };
}
