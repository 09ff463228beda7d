import { z } from 'zod';
import { runningServerUrl } from '#shared/database/postgres/open-postgres.ts';
import { asAdmin, databaseName } from '#shared/database/provision.ts';
import { documentContract } from '#shared/identity/document-contract.ts';
import { tiers } from '#shared/vocabulary.ts';
import type { TrustedText } from '../../gateway/access/documents/trusted-documents.ts';

const rows = z.array(
  z.object({
    name: z.string(),
    client: z.string(),
    organizationId: z.string().nullable(),
    tier: z.enum(tiers).nullable(),
    text: z.string(),
    endsAt: z.number().nullable(),
    contract: documentContract,
  }),
);

/** Reads the registered documents of an installation. None if it has no database that runs. */
export async function readRegisteredDocuments(config: {
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
}): Promise<TrustedText[]> {
  const url = config.databaseUrl ?? runningServerUrl(config);
  if (url === undefined) return [];
  return asAdmin(url, databaseName, async (client) => {
    const { rows: found } = await client.query(
      `select name, client_name as client, organization_id as "organizationId", body as text, contract - 'tier' as contract,
        (select o.tier from access.organization o where o.id = t.organization_id) as tier,
        (extract(epoch from retires_at) * 1000)::float8 as "endsAt" from access.trusted_document t`,
    );
    return rows.parse(found);
  });
}
