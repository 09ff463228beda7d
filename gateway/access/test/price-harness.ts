import { type GraphQLSchema, Kind, parse } from 'graphql';
import { loadSupergraphModel, type SupergraphModel } from '../../engine/supergraph/model.ts';
import { composeSupergraph } from '../../supergraph/compose.ts';
import { CostModel } from '../cost/model.ts';
import { OperationPricer } from '../cost/operation-pricer.ts';

export interface Prices {
  readonly schema: GraphQLSchema;
  readonly model: CostModel;
  readonly supergraphSdl: string;
  readonly supergraph: SupergraphModel;
  priceOf(query: string, variables?: Record<string, unknown>): number;
  mostExpensivePathOf(query: string, variables?: Record<string, unknown>): string | undefined;
}

/** Prices operations on a supergraph of one subgraph with this SDL. */
export function pricesOf(sdl: string, assumedListSize = 10): Prices {
  const supergraphSdl = composeSupergraph([{ name: 'only', url: 'http://127.0.0.1:1', sdl }]);
  const supergraph = loadSupergraphModel(supergraphSdl);
  const schema = supergraph.apiSchema;
  const model = new CostModel(schema, parse(supergraphSdl), { assumedListSize });
  const pricer = new OperationPricer(model);
  return {
    schema,
    model,
    supergraphSdl,
    supergraph,
    priceOf(query, variables = {}) {
      const [document, operation] = parsed(query);
      return pricer.price(document, operation, variables);
    },
    mostExpensivePathOf(query, variables = {}) {
      const [document, operation] = parsed(query);
      return pricer.mostExpensivePath(document, operation, variables)?.path;
    },
  };
}

function parsed(query: string) {
  const document = parse(query);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('the query has no operation');
  return [document, operation] as const;
}
