import { runSubgraph } from '#shared/run.ts';
import { fieldSecretNames } from '#shared/settings/process-secrets.ts';
import { shipments } from './subgraph.ts';

await runSubgraph(shipments, fieldSecretNames);
