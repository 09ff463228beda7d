import { runSubgraph } from '#shared/run.ts';
import { fieldSecretNames } from '#shared/settings/process-secrets.ts';
import { fleet } from './subgraph.ts';

await runSubgraph(fleet, fieldSecretNames);
