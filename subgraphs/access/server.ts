import { loadApiKeySecret, loadSigningKey } from '#shared/identity/keys.ts';
import { runSubgraph } from '#shared/run.ts';
import { readAccessConfig } from './config.ts';
import { createAccess } from './subgraph.ts';

await runSubgraph(
  async ({ dataDir }) => {
    const config = readAccessConfig();
    const access = await loadSigningKey('access', { given: config.signingKey, dataDir });
    return createAccess({ access }, config, await loadApiKeySecret({ given: config.apiKeySecret, dataDir }));
  },
  ['ACCESS_SIGNING_KEY', 'API_KEY_SECRET'],
);
