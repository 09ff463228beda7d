import { loadFieldKeys } from '#shared/identity/field-keys.ts';
import { loadApiKeySecret, loadSigningKey } from '#shared/identity/keys.ts';
import { runSubgraph } from '#shared/run.ts';
import { readAccessConfig } from './config.ts';
import { accessTables, createAccess } from './subgraph.ts';

await runSubgraph({
  tables: accessTables,
  async create({ dataDir, fieldKeys: given }) {
    const config = readAccessConfig();
    const access = await loadSigningKey('access', { given: config.signingKey, dataDir });
    const apiKeySecret = await loadApiKeySecret({ given: config.apiKeySecrets, dataDir });
    const fieldKeys = await loadFieldKeys({ given, dataDir });
    return createAccess({ access }, config, { apiKeySecret, fieldKeys });
  },
});
