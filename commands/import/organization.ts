import { createHash } from 'node:crypto';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { GraphClient } from './graph-client.ts';

const find = `query ImportOrganization($name: String!) {
  organizations(filter: { search: $name }, first: 100) { nodes { id name } } }`;
const create = `mutation ImportCreateOrganization($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { organization { id } userErrors { message } } }`;

/** The organization of that name; taken in where there is none. */
export async function organizationNamed(client: GraphClient, name: string): Promise<string> {
  const { organizations } = await client.send<{ organizations: { nodes: { id: string; name: string }[] } }>(find, {
    name,
  });
  const known = organizations.nodes.find((organization) => organization.name === name);
  if (known) return known.id;
  const idempotencyKey = createHash('sha256').update(`import ${name}`).digest('hex').slice(0, 32);
  const { createOrganization } = await client.send<{
    createOrganization: { organization: { id: string } | null; userErrors: { message: string }[] };
  }>(create, { input: { idempotencyKey, name } });
  if (createOrganization.organization) return createOrganization.organization.id;
  const reasons = createOrganization.userErrors.map(({ message }) => message).join(' ');
  throw new ConfigurationError(`organization: ${name} could not be taken in: ${reasons}`);
}
