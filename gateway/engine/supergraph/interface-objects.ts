import {
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  type InterfaceTypeDefinitionNode,
  isInterfaceType,
  Kind,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import { booleanArgument, stringArgument } from '../document/arguments.ts';
import { nameOfType } from '../document/type-name.ts';
import { subgraphNames } from './subgraph-names.ts';

/** The subgraphs that know an interface as an object (`@interfaceObject`), by the name of the interface. */
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

/**
 * The fields whose objects may come from a subgraph that knows their interface as an object, by `Type.field`, with those interfaces. The object type
 * of such an object isn't known until another subgraph gives it.
 */
export function fieldsToInterfaceObjects(
  supergraph: DocumentNode,
  schema: GraphQLSchema,
  known: InterfaceObjects,
): ReadonlyMap<string, readonly string[]> {
  const graphNames = subgraphNames(supergraph);
  const found = new Map<string, readonly string[]>();
  for (const definition of supergraph.definitions) {
    if (!isWithFields(definition)) continue;
    const owners = definition.directives?.filter(({ name }) => name.value === 'join__type') ?? [];
    for (const { name, type, directives } of definition.fields ?? []) {
      const joins = directives?.filter((directive) => directive.name.value === 'join__field') ?? [];
      const resolving = joins.length > 0 ? joins.filter((join) => !booleanArgument(join, 'external')) : owners;
      // A field that an interface object adds to the object types has no `graph` argument there.
      const subgraphs = resolving.map((join) => graphNames.get(stringArgument(join, 'graph') ?? ''));
      const objects = new Set(subgraphs.flatMap((subgraph) => objectsFor(nameOfType(type), subgraph)));
      if (objects.size > 0) found.set(`${definition.name.value}.${name.value}`, [...objects]);
    }
  }
  return found;

  /** The interface objects that a subgraph may return for a type. @param subgraph undefined when it may be any */
  function objectsFor(type: string, subgraph: string | undefined): string[] {
    const objects = [...known].flatMap(([object, subgraphs]) =>
      subgraph === undefined || subgraphs.has(subgraph) ? [object] : [],
    );
    return objects.includes(type) ? [type] : objects.filter((object) => isNarrower(object, type));
  }

  function isNarrower(name: string, than: string): boolean {
    const [type, wider] = [schema.getType(name), schema.getType(than)];
    return isInterfaceType(type) && isInterfaceType(wider) && schema.isSubType(wider, type);
  }
}

function isWithFields(
  definition: DefinitionNode,
): definition is ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
}
