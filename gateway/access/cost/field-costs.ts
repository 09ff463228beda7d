import {
  type FieldNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  isInterfaceType,
  type OperationDefinitionNode,
} from 'graphql';
import type { FieldCosts } from '../../engine/respond/field-costs.ts';
import { inputCost } from './input-cost.ts';
import type { CostModel } from './model.ts';
import { declaredVariables } from './variables.ts';

type Parent = GraphQLObjectType | GraphQLInterfaceType;

/**
 * The costs with which the engine adds up what a response cost. They are those of the price, so that a response costs at most its price as long
 * as no list is longer than the SDL states.
 */
export function fieldCosts(model: CostModel, operation: OperationDefinitionNode): FieldCosts {
  const variables = declaredVariables(operation);

  function weight(parent: Parent, name: string): number {
    const field = parent.getFields()[name];
    return field ? model.costOf(parent, field).weight : 0;
  }
  return {
    ofValue(parent, name) {
      if (!isInterfaceType(parent)) return weight(parent, name);
      // An object whose type no subgraph told. The price counts the dearest type.
      return Math.min(...model.schema.getPossibleTypes(parent).map((type) => weight(type, name)));
    },
    ofArguments(parent: Parent, node: FieldNode) {
      const field = parent.getFields()[node.name.value];
      const [type] = isInterfaceType(parent) ? model.schema.getPossibleTypes(parent) : [parent];
      return field && type ? inputCost(model, type, field, node, variables) : 0;
    },
  };
}
