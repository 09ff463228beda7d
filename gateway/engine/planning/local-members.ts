import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
} from 'graphql';
import { ClientSelections, TooManySelections } from './client-selections.ts';
import { FetchMembers, type PlannedGraph } from './fetch-members.ts';

/**
 * Puts back what the planner drops of interfaces and unions: where a shareable field of theirs could be had from several
 * subgraphs, it forgets every object type that one of these doesn't know, even when it goes to another one that does,
 * and the fields of such objects would be null. A fetch gets the client's fields for the object types its subgraph
 * knows, as far as the subgraph answers them by itself.
 */
export function withLocalMembers(
  plan: QueryPlan,
  client: DocumentNode,
  operationName: string | undefined,
  graph: PlannedGraph,
): QueryPlan {
  const operation = getOperationAST(client, operationName);
  if (!plan.node || !operation || graph.types.partial.size === 0) return plan;
  try {
    return { ...plan, node: restorePlanNode(plan.node, operation, new ClientSelections(client, graph.schema), graph) };
  } catch (error) {
    if (error instanceof TooManySelections) return plan;
    throw error;
  }
}

function restorePlanNode(
  node: NonNullable<QueryPlan['node']>,
  operation: OperationDefinitionNode,
  selections: ClientSelections,
  graph: PlannedGraph,
): NonNullable<QueryPlan['node']> {
  const variableDefinitions = operation.variableDefinitions ?? [];
  const root = [operation.selectionSet];
  if (node.kind !== 'Subscription') return restore(node, root);
  return { ...node, primary: restoreFetch(node.primary, root), rest: node.rest && restore(node.rest, root) };

  function restore(part: PlanNode, sets: readonly SelectionSetNode[]): PlanNode {
    switch (part.kind) {
      case 'Sequence':
      case 'Parallel':
        return { ...part, nodes: part.nodes.map((child) => restore(child, sets)) };
      case 'Flatten':
        return { ...part, node: restore(part.node, selections.at(sets, part.path)) };
      case 'Condition': {
        const { ifClause, elseClause } = part;
        return {
          ...part,
          ifClause: ifClause && restore(ifClause, sets),
          elseClause: elseClause && restore(elseClause, sets),
        };
      }
      case 'Fetch':
        return restoreFetch(part, sets);
      case 'Defer':
        return part;
    }
  }

  function restoreFetch(fetch: FetchNode, sets: readonly SelectionSetNode[]): FetchNode {
    const document = parse(fetch.operation, { noLocation: true });
    const rewriting = new FetchMembers(fetch.serviceName, graph, selections);
    const rewrite = (definition: OperationDefinitionNode): OperationDefinitionNode => {
      const root = graph.schema.getRootType(definition.operation)?.name ?? '';
      const selectionSet = fetch.requires
        ? rewriting.entities(definition.selectionSet, sets)
        : rewriting.set(definition.selectionSet, root, sets);
      const declared = definition.variableDefinitions ?? [];
      const known = new Set(declared.map(({ variable }) => variable.name.value));
      const missing = variableDefinitions.filter(({ variable: { name } }) => {
        return rewriting.variables.has(name.value) && !known.has(name.value);
      });
      return { ...definition, selectionSet, variableDefinitions: [...declared, ...missing] };
    };
    const definitions = document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? rewrite(definition) : definition,
    );
    if (!rewriting.changed) return fetch;
    const variableUsages = [...new Set([...(fetch.variableUsages ?? []), ...rewriting.variables])];
    return { ...fetch, operation: stripIgnoredCharacters(print({ ...document, definitions })), variableUsages };
  }
}
