import { runSubgraph } from '#shared/run.ts';
import { shipments } from './subgraph.ts';

await runSubgraph(shipments);
