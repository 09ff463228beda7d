import { type DocumentNode, Kind } from 'graphql';
import { stringArgument } from '../document/arguments.ts';

/** Subgraph names, by the values of the enum `join__Graph`. */
export function subgraphNames(document: DocumentNode): Map<string, string> {
  const names = new Map<string, string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const value of definition.values ?? []) {
      const graph = value.directives?.find((directive) => directive.name.value === 'join__graph');
      const name = graph && stringArgument(graph, 'name');
      if (name !== undefined) names.set(value.name.value, name);
    }
  }
  return names;
}
