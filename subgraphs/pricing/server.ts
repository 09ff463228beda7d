import { runSubgraph } from '#shared/run.ts';
import { pricing } from './subgraph.ts';

await runSubgraph(pricing);
