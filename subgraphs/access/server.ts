import { loadSigningKey } from '#shared/identity/keys.ts';
import { runSubgraph } from '#shared/run.ts';
import { readAccessConfig } from './config.ts';
import { createAccess } from './subgraph.ts';

await runSubgraph(
  async ({ dataDir }) => {
    const config = readAccessConfig();
    return createAccess({ access: await loadSigningKey('access', { given: config.signingKey, dataDir }) }, config);
  },
  ['ACCESS_SIGNING_KEY'],
);
