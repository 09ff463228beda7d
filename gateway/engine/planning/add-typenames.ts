import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  parse,
  parseType,
  print,
  stripIgnoredCharacters,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { stringArgument } from '../document/arguments.ts';
import { nameOfType } from '../document/type-name.ts';
import { isTypename, typenameField } from '../document/typename.ts';
import { fieldType } from '../supergraph/field-set.ts';
import { mapFetches } from './map-fetches.ts';

/** Finds the narrowed fields, as `Type.field`: their type is an interface or union in the supergraph, but an object type in some subgraph. */
export function readNarrowedFields(supergraph: DocumentNode, schema: GraphQLSchema): ReadonlySet<string> {
  const narrowed = new Set<string>();
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const { name, directives = [] } of type.fields ?? []) {
      if (!isAbstractType(fieldType(schema, type.name.value, name.value))) continue;
      const given = directives.flatMap((join) => stringArgument(join, 'type') ?? []);
      if (given.some((text) => isObjectType(schema.getType(nameOfType(parseType(text))))))
        narrowed.add(`${type.name.value}.${name.value}`);
    }
  }
  return narrowed;
}

/**
 * Adds `__typename` to the selections on narrowed fields. The planner leaves it out where the type in the subgraph is an object type. In the client's
 * schema the type is abstract, and without `__typename` the engine can't tell which of the client's fragments apply.
 */
export function addTypenames(plan: QueryPlan, narrowed: ReadonlySet<string>, schema: GraphQLSchema): QueryPlan {
  return narrowed.size === 0 ? plan : mapFetches(plan, (fetch) => [withTypenames(fetch, narrowed, schema)]);
}

function withTypenames(fetch: FetchNode, narrowed: ReadonlySet<string>, schema: GraphQLSchema): FetchNode {
  const types = new TypeInfo(schema);
  let isChanged = false;
  const document = visit(
    parse(fetch.operation, { noLocation: true }),
    visitWithTypeInfo(types, {
      Field: {
        leave(field): FieldNode | undefined {
          const parent = getNamedType(types.getParentType());
          if (!field.selectionSet || !narrowed.has(`${parent?.name}.${field.name.value}`)) return undefined;
          const { selections } = field.selectionSet;
          if (selections.some((selection) => isTypename(selection) && !selection.alias)) return undefined;
          isChanged = true;
          return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: [typenameField, ...selections] } };
        },
      },
    }),
  );
  return isChanged ? { ...fetch, operation: stripIgnoredCharacters(print(document)) } : fetch;
}
