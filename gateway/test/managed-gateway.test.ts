import { expect, test } from '@jest/globals';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createLog } from '#shared/runtime/log.ts';
import { createManagedGateway } from '../apollo/managed-gateway.ts';
import { servableCopy } from '../supergraph/servable-copy.ts';
import { startSmallGraph } from '../testing/small-graph.ts';

const schemaWith = (field: string) =>
  new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { [field]: { type: GraphQLString } } }) });

async function manage(ownSchema: (() => GraphQLSchema) | undefined) {
  const graph = await startSmallGraph();
  const updates: ((supergraphSdl: string) => void)[] = [];
  const gateway = createManagedGateway({
    async load(update) {
      updates.push(update);
      return { supergraphSdl: servableCopy(graph.supergraphSdl), cleanup: () => graph.close() };
    },
    dataSource: () => ({ process: async () => ({}) }) as never, // the only method that is called
    ownSchema,
    log: createLog('gateway', 'silent'),
  });
  await gateway.load();
  return { gateway, update: () => updates[0]?.(servableCopy(graph.supergraphSdl)) };
}

test('@apollo/gateway takes the schema of our engine with every update, and builds no planner', async () => {
  let current = schemaWith('first');
  const { gateway, update } = await manage(() => current);
  expect(gateway.schema).toBe(current);
  current = schemaWith('second');
  update();
  expect(gateway.schema).toBe(current);
  expect(gateway).not.toHaveProperty('queryPlanner');
  await gateway.stop();
});

test('@apollo/gateway builds both if it executes operations itself', async () => {
  const { gateway } = await manage(undefined);
  expect(gateway.schema?.getQueryType()?.getFields()).toHaveProperty('people');
  expect(gateway).toHaveProperty('queryPlanner');
  await gateway.stop();
});
