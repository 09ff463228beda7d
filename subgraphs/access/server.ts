import { runSubgraph } from '#shared/run.ts';
import { createAccess } from './subgraph.ts';

await runSubgraph(createAccess);
