import { runSubgraph } from '#shared/run.ts';
import { fleet } from './subgraph.ts';

await runSubgraph(fleet);
