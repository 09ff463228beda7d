import type { Supergraph } from '@apollo/federation-internals';
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';

/** What an identity is granted: whether it is authenticated, its scopes, and the policies that it meets. */
export interface Grants {
  readonly authenticated: boolean;
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

export const anonymous: Grants = { authenticated: false, scopes: new Set(), policies: new Set() };

/** One condition on an identity. `anyOf` has alternatives: all entries of at least one of them must be granted. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly anyOf: readonly (readonly string[])[] }
  | { readonly kind: 'policies'; readonly anyOf: readonly (readonly string[])[] };

/** Makes the message at a field that a client may not see, from the requirements that the client does not satisfy. */
export type DeniedMessage = (unsatisfied: readonly Requirement[]) => string;

export function isSatisfied(requirement: Requirement, grants: Grants): boolean {
  switch (requirement.kind) {
    case 'authenticated':
      return grants.authenticated;
    case 'scopes':
      return requirement.anyOf.some((scopes) => scopes.every((scope) => grants.scopes.has(scope)));
    case 'policies':
      return requirement.anyOf.some((policies) => policies.every((policy) => grants.policies.has(policy)));
  }
}

/** The requirements of a supergraph, from `@authenticated`, `@requiresScopes` and `@policy`, by `Type` and `Type.field`. */
export type RequirementsByCoordinate = ReadonlyMap<string, readonly Requirement[]>;

export function readRequirements(supergraph: Supergraph, document: DocumentNode): RequirementsByCoordinate {
  const names = directiveNames(supergraph);
  const requirements = new Map<string, readonly Requirement[]>();
  if (names.size === 0) return requirements;
  const add = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    const found = directives?.flatMap((directive) => parseRequirement(directive, names) ?? []) ?? [];
    if (found.length > 0) requirements.set(coordinate, found);
  };
  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
    const type = definition.name.value;
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) continue;
    // Directives of a definition in a schema have constant arguments.
    add(type, definition.directives as readonly ConstDirectiveNode[] | undefined);
    if (!isObjectOrInterface(definition)) continue;
    for (const field of definition.fields ?? []) add(`${type}.${field.name.value}`, field.directives);
  }
  return requirements;
}

function isObjectOrInterface(
  definition: DefinitionNode,
): definition is ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

/** The directives' names in this supergraph, which may import them under other names (`@link(import:)`). */
function directiveNames(supergraph: Supergraph): Map<string, Requirement['kind']> {
  const names = new Map<string, Requirement['kind']>();
  const kinds = { authenticated: 'authenticated', requiresScopes: 'scopes', policy: 'policies' } as const;
  for (const [name, kind] of Object.entries(kinds)) {
    const feature = supergraph.schema.coreFeatures?.getByIdentity(`https://specs.apollo.dev/${name}`);
    if (feature) names.set(feature.directiveNameInSchema(name), kind);
  }
  return names;
}

function parseRequirement(
  directive: DirectiveNode,
  names: ReadonlyMap<string, Requirement['kind']>,
): Requirement | undefined {
  const kind = names.get(directive.name.value);
  if (kind === undefined) return undefined;
  if (kind === 'authenticated') return { kind };
  const [argument] = directive.arguments ?? [];
  // The composed supergraph has checked its type: [[String!]!]!.
  return { kind, anyOf: argument ? (valueFromASTUntyped(argument.value) as string[][]) : [] };
}
