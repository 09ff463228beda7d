import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';
import { booleanArgument, stringArgument } from '../document/arguments.ts';
import { subgraphNames } from './subgraph-names.ts';

/** The names of the subgraphs that always answer a field, by `Type.field`. */
export type Answering = ReadonlyMap<string, ReadonlySet<string>>;

export function readAnswering(supergraph: DocumentNode): Answering {
  const graphNames = subgraphNames(supergraph);
  const answering = new Map<string, ReadonlySet<string>>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const owners = definition.directives?.filter(({ name }) => name.value === 'join__type') ?? [];
    for (const field of definition.fields ?? []) {
      const joins = field.directives?.filter(({ name }) => name.value === 'join__field') ?? [];
      const given = joins.length > 0 ? joins.filter(isOwn) : owners;
      const graphs = new Set(given.flatMap((join) => graphNames.get(stringArgument(join, 'graph') ?? '') ?? []));
      answering.set(`${definition.name.value}.${field.name.value}`, graphs);
    }
  }
  return answering;
}

function isOwn(join: ConstDirectiveNode): boolean {
  const isLent = booleanArgument(join, 'external') || booleanArgument(join, 'usedOverridden');
  return !isLent && stringArgument(join, 'overrideLabel') === undefined;
}
