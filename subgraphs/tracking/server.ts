import { runSubgraph } from '#shared/run.ts';
import { tracking } from './subgraph.ts';

await runSubgraph(tracking);
