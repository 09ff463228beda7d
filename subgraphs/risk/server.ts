import { runSubgraph } from '#shared/run.ts';
import { risk } from './subgraph.ts';

await runSubgraph(risk);
