import type { FieldNode, GraphQLObjectType, OperationDefinitionNode } from 'graphql';
import type { Conditions } from '../document/conditions.ts';
import type { Fragments } from '../document/fragments.ts';
import { requestError } from '../errors.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import type { FieldCosts } from './field-costs.ts';
import { introspectionWriter } from './introspection.ts';
import type { WriterOptions } from './writer.ts';

/** The parts of an operation that its writers need. */
export interface WrittenOperation {
  readonly definition: OperationDefinitionNode;
  readonly model: SupergraphModel;
  readonly fragments: Fragments;
  /** The key of a selected field in the fetched data. */
  readonly dataKey: (node: FieldNode) => string;
  /** Fields that the client may not see: null in the response, and not in the plan. */
  readonly denied: ReadonlySet<FieldNode>;
  readonly costs: FieldCosts;
}

/** The options of all writers of an operation, under known conditions. */
export function writerOptions(
  { definition, model, fragments, dataKey, denied, costs }: WrittenOperation,
  conditions: Conditions,
  nullsInPlace: boolean,
): Omit<WriterOptions, 'repetition'> {
  const { apiSchema: schema, hiddenNames, interfaceObjects } = model;
  const introspected = { schema, fragments, variableDefinitions: definition.variableDefinitions ?? [] };
  return {
    schema,
    fragments,
    conditions,
    dataKey,
    denied,
    hiddenNames,
    interfaceObjects,
    nullsInPlace,
    costs,
    introspection: (node) => introspectionWriter(introspected, node),
  };
}

/** The root type of an operation. @throws RequestError when the schema has none */
export function rootTypeOf({ definition, model }: Pick<WrittenOperation, 'definition' | 'model'>): GraphQLObjectType {
  const { operation } = definition;
  const type = model.apiSchema.getRootType(operation);
  if (!type) throw requestError('GRAPHQL_VALIDATION_FAILED', `The schema has no ${operation} type`);
  return type;
}
