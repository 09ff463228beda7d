import { runSubgraph } from '#shared/run.ts';
import { fieldSecretNames } from '#shared/settings/process-secrets.ts';
import { risk } from './subgraph.ts';

await runSubgraph(risk, fieldSecretNames);
