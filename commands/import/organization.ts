import { createHash } from 'node:crypto';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { requireData } from '../../client/data.ts';
import type { GraphClient } from '../../client/graph-client.ts';

const find = `query ImportOrganization($name: String!) {
  organizations(filter: { search: $name }, first: 100) { nodes { id name } } }`;
const create = `mutation ImportCreateOrganization($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { organization { id } userErrors { message } } }`;

interface Organizations {
  readonly organizations: { readonly nodes: readonly { readonly id: string; readonly name: string }[] };
}

interface Creation {
  readonly createOrganization: {
    readonly organization: { readonly id: string } | null;
    readonly userErrors: readonly { readonly message: string }[];
  };
}

/** Id of the organization with this name, created when missing. */
export async function organizationNamed(client: GraphClient, name: string): Promise<string> {
  const found = await client.send<Organizations>({ query: find, variables: { name } });
  const { organizations } = requireData(found);
  const existing = organizations.nodes.find((organization) => organization.name === name);
  if (existing) return existing.id;
  const idempotencyKey = createHash('sha256').update(`import ${name}`).digest('hex').slice(0, 32);
  const created = await client.send<Creation>({ query: create, variables: { input: { idempotencyKey, name } } });
  const { createOrganization } = requireData(created);
  if (createOrganization.organization) return createOrganization.organization.id;
  const reasons = createOrganization.userErrors.map(({ message }) => message).join(' ');
  throw new ConfigurationError(`organization: ${name} could not be created: ${reasons}`);
}
