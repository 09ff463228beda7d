import type { FieldNode, GraphQLInterfaceType, GraphQLObjectType, OperationDefinitionNode } from 'graphql';

/** A constant, or a function of the coerced variables. */
export type ArgumentCost = number | ((variables: Readonly<Record<string, unknown>>) => number);

/** The costs of the fields of one operation. Writers add them up for the values that they write. */
export interface FieldCosts {
  /** Cost of one value of a field, without its selection set. */
  ofValue(parent: GraphQLObjectType | GraphQLInterfaceType, field: string): number;
  /** Cost of the arguments of a field, for each object that has the field. */
  ofArguments(parent: GraphQLObjectType | GraphQLInterfaceType, node: FieldNode): ArgumentCost;
}

/** Finds the costs of an operation's fields. */
export type CostsOf = (operation: OperationDefinitionNode) => FieldCosts;

/** Costs of a graph in which nothing costs anything. */
export const free: FieldCosts = { ofValue: () => 0, ofArguments: () => 0 };
