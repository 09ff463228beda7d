import { type ConstDirectiveNode, type DocumentNode, type FieldDefinitionNode, Kind, print, visit } from 'graphql';
import { booleanArgument, stringArgument } from '../engine/document/arguments.ts';
import { parseSupergraph } from '../engine/supergraph/model.ts';
import { subgraphNames } from '../engine/supergraph/subgraph-names.ts';

/**
 * Removes `@external` fields that nothing in their subgraph uses, because @apollo/gateway refuses them. They remain when the feature that used
 * them has been removed. Such a field can't be fetched from that subgraph, so plans stay the same.
 */
export function withoutUnusedExternals(supergraph: DocumentNode): DocumentNode {
  const unused = unusedExternals(supergraph);
  if (unused.size === 0) return supergraph;
  const graphNames = subgraphNames(supergraph);
  return visit(supergraph, {
    [Kind.OBJECT_TYPE_DEFINITION]: { leave: withFields },
    [Kind.INTERFACE_TYPE_DEFINITION]: { leave: withFields },
  });

  function withFields<
    T extends { readonly name: { readonly value: string }; readonly fields?: readonly FieldDefinitionNode[] },
  >(type: T): T {
    const fields = type.fields?.map((field) => {
      const coordinate = `${type.name.value}.${field.name.value}`;
      const directives = field.directives?.filter((directive) => !isUnused(directive, coordinate));
      return { ...field, directives };
    });
    return { ...type, fields };
  }

  function isUnused(directive: ConstDirectiveNode, coordinate: string): boolean {
    if (directive.name.value !== 'join__field' || !booleanArgument(directive, 'external')) return false;
    return unused.has(`${graphNames.get(stringArgument(directive, 'graph') ?? '')}/${coordinate}`);
  }
}

/** Finds unused `@external` fields as `subgraph/Type.field`, as the planner classifies them. */
function unusedExternals(supergraph: DocumentNode): ReadonlySet<string> {
  const unused = new Set<string>();
  for (const subgraph of parseSupergraph(print(supergraph)).subgraphs()) {
    const metadata = subgraph.metadata();
    for (const type of [...subgraph.schema.objectTypes(), ...subgraph.schema.interfaceTypes()]) {
      for (const field of type.fields()) {
        if (metadata.isFieldExternal(field) && !metadata.isFieldUsed(field)) {
          unused.add(`${subgraph.name}/${field.coordinate}`);
        }
      }
    }
  }
  return unused;
}
