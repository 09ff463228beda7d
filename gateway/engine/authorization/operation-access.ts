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

/** The requirements that a document (in all its forms, if it has several) has on an identity. They are collected once; checking an identity is then cheap. */
export interface OperationAccess {
  /** The distinct requirements of the document's fields. Empty when every client may see all of them. */
  readonly requirements: readonly Requirement[];
  /** The policies that the gateway must evaluate before it calls `key`. */
  readonly policies: readonly string[];
  /** One digit for each requirement. Identities with equal keys see the same fields. */
  readonly key: (grants: Grants) => string;
  /** The fields that an identity with this key may not see. */
  readonly denied: (key: string) => ReadonlySet<FieldNode>;
  /** The requirements of a field that an identity with this key does not satisfy. */
  readonly unsatisfied: (key: string, node: FieldNode) => readonly Requirement[];
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
    unsatisfied: (key, node) =>
      (fields.get(node) ?? []).flatMap((index) => (key[index] === '1' ? [] : (requirements[index] ?? []))),
  };
}

/** The coordinates of a field and of its type. A field selected on an interface is read from its object types, so theirs count too. */
export function coordinatesOf(parent: GraphQLCompositeType, field: string, schema: GraphQLSchema): string[] {
  const types = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
  return types.flatMap(({ name }) => [name, `${name}.${field}`]);
}

/** The document without the denied fields. An object without any other field is still selected, so that the response shows whether it is null. */
export function withoutDenied(document: DocumentNode, denied: ReadonlySet<FieldNode>): DocumentNode {
  return visit(document, {
    Field: { enter: (node) => (denied.has(node) ? null : undefined) },
    SelectionSet: {
      leave: (set) => (set.selections.length > 0 ? undefined : { ...set, selections: [typenameField] }),
    },
  });
}
