import { runSubgraph } from '#shared/run.ts';
import { readAccessConfig } from './config.ts';
import { createAccess } from './subgraph.ts';

await runSubgraph((keyring) => createAccess(keyring, readAccessConfig()));
