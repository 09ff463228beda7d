import { type DocumentNode, Kind } from 'graphql';
import { booleanArgument, stringArgument } from './field-set.ts';
import { subgraphNames } from './subgraph-names.ts';

/** The subgraphs that know an interface as an object (`@interfaceObject`), by the interface. */
export type InterfaceObjects = ReadonlyMap<string, ReadonlySet<string>>;

export function readInterfaceObjects(supergraph: DocumentNode): InterfaceObjects {
  const graphNames = subgraphNames(supergraph);
  const found = new Map<string, Set<string>>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const joins = definition.directives?.filter((directive) => booleanArgument(directive, 'isInterfaceObject')) ?? [];
    const subgraphs = joins.map((join) => graphNames.get(stringArgument(join, 'graph') ?? '') ?? '');
    if (subgraphs.length > 0) found.set(definition.name.value, new Set(subgraphs));
  }
  return found;
}
