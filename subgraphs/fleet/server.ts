import { runSubgraph } from '#shared/run.ts';
import { createFleet } from './subgraph.ts';

await runSubgraph(createFleet());
