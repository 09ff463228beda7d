import { runSubgraph } from '#shared/run.ts';
import { analytics } from './subgraph.ts';

await runSubgraph(analytics);
