import { runSubgraph } from '#shared/run.ts';
import { subgraphName } from './subgraph.ts';

await runSubgraph(subgraphName);
