import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { typenameField } from '../document/typename.ts';
import { type Grants, isSatisfied, type Requirement, type RequirementsByCoordinate } from './requirements.ts';

/** What a document (in all its forms, if it has several) needs of an identity, worked out once; then any identity is judged by a few look-ups. */
export interface OperationAccess {
  /** Distinct requirements of the document's fields. Empty: everybody may run all of it. */
  readonly requirements: readonly Requirement[];
  /** Policies somebody has to decide on before `key` can be computed. */
  readonly policies: readonly string[];
  /** One digit for each requirement; identities of equal keys see the same. */
  readonly key: (grants: Grants) => string;
  /** Fields that may not be asked for under a key. */
  readonly denied: (key: string) => ReadonlySet<FieldNode>;
}

export function operationAccess(
  documents: readonly DocumentNode[],
  schema: GraphQLSchema,
  requirementsOf: RequirementsByCoordinate,
): OperationAccess {
  const indexes = new Map<string, number>();
  const requirements: Requirement[] = [];
  const fields = new Map<FieldNode, readonly number[]>();
  const indexOf = (requirement: Requirement): number => {
    const text = JSON.stringify(requirement);
    const known = indexes.get(text);
    if (known !== undefined) return known;
    indexes.set(text, requirements.length);
    return requirements.push(requirement) - 1;
  };
  if (requirementsOf.size > 0) {
    const types = new TypeInfo(schema);
    const visitor = visitWithTypeInfo(types, {
      [Kind.FIELD]: (node) => {
        const parent = types.getParentType();
        const definition = types.getFieldDef();
        if (!parent || !definition || definition.name.startsWith('__')) return;
        const coordinates = [...coordinatesOf(parent, definition.name, schema), getNamedType(definition.type).name];
        const needed = coordinates.flatMap((coordinate) => requirementsOf.get(coordinate) ?? []).map(indexOf);
        if (needed.length > 0) fields.set(node, needed);
      },
    });
    for (const document of documents) visit(document, visitor);
  }
  const policies = requirements.flatMap((requirement) =>
    requirement.kind === 'policies' ? requirement.anyOf.flat() : [],
  );
  return {
    requirements,
    policies: [...new Set(policies)],
    key: (grants) => requirements.map((requirement) => (isSatisfied(requirement, grants) ? '1' : '0')).join(''),
    denied: (key) =>
      new Set([...fields].flatMap(([node, needed]) => (needed.every((index) => key[index] === '1') ? [] : [node]))),
  };
}

/** A field read through an interface reads it of whatever implements it, so their requirements count too. */
function coordinatesOf(parent: GraphQLCompositeType, field: string, schema: GraphQLSchema): string[] {
  const types = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
  return types.flatMap(({ name }) => [name, `${name}.${field}`]);
}

/** The document without the denied fields; an object of which nothing is left is still asked whether it is there. */
export function withoutDenied(document: DocumentNode, denied: ReadonlySet<FieldNode>): DocumentNode {
  return visit(document, {
    Field: { enter: (node) => (denied.has(node) ? null : undefined) },
    SelectionSet: {
      leave: (set) => (set.selections.length > 0 ? undefined : { ...set, selections: [typenameField] }),
    },
  });
}
