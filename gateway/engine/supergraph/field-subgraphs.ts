import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';
import { booleanArgument, stringArgument } from '../document/arguments.ts';
import { subgraphNames } from './subgraph-names.ts';

/** The names of the subgraphs that can always resolve a field, by `Type.field`. */
export type FieldSubgraphs = ReadonlyMap<string, ReadonlySet<string>>;

export function readFieldSubgraphs(supergraph: DocumentNode): FieldSubgraphs {
  const graphNames = subgraphNames(supergraph);
  const found = new Map<string, ReadonlySet<string>>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const owners = definition.directives?.filter(({ name }) => name.value === 'join__type') ?? [];
    for (const field of definition.fields ?? []) {
      const joins = field.directives?.filter(({ name }) => name.value === 'join__field') ?? [];
      const resolving = joins.length > 0 ? joins.filter(resolvesAlways) : owners;
      const graphs = new Set(resolving.flatMap((join) => graphNames.get(stringArgument(join, 'graph') ?? '') ?? []));
      found.set(`${definition.name.value}.${field.name.value}`, graphs);
    }
  }
  return found;
}

/** False for external fields, and for fields that `@override` moves. */
function resolvesAlways(join: ConstDirectiveNode): boolean {
  const isExternal = booleanArgument(join, 'external') || booleanArgument(join, 'usedOverridden');
  return !isExternal && stringArgument(join, 'overrideLabel') === undefined;
}
