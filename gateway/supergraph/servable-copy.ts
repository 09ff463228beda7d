import {
  type ASTNode,
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  Kind,
  parse,
  print,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  visit,
} from 'graphql';
import { argumentValue, stringArgument } from '../engine/document/arguments.ts';
import { withoutUnusedExternals } from './unused-externals.ts';

/** Features that @apollo/gateway refuses to load. The engine reads them from the whole supergraph. */
const refused = new Set(['authenticated', 'requiresScopes', 'policy', 'context', 'cacheTag']);

/** Names of refused features in one supergraph. */
interface RefusedNames {
  readonly links: ReadonlySet<DirectiveNode>;
  readonly directives: ReadonlySet<string>;
  /** Types of a feature are named `feature__Type`. */
  readonly prefixes: readonly string[];
}

/**
 * Copies the supergraph without the features that @apollo/gateway refuses: their links, definitions and uses. Everything else stays the same.
 * @throws GraphQLError when the text is not GraphQL
 */
export function servableCopy(supergraphSdl: string): string {
  const document = parse(supergraphSdl, { noLocation: true });
  const names = refusedNames(document);
  if (names.links.size === 0) return supergraphSdl;
  const stripped = visit(document, { enter: (node) => (isRefused(node, names) ? null : undefined) });
  return print(withoutUnusedExternals(stripped));
}

function isRefused(node: ASTNode, { links, directives, prefixes }: RefusedNames): boolean {
  const ofFeature = (name: string): boolean => prefixes.some((prefix) => name.startsWith(prefix));
  switch (node.kind) {
    case Kind.DIRECTIVE:
      return links.has(node) || directives.has(node.name.value) || ofFeature(node.name.value);
    case Kind.DIRECTIVE_DEFINITION:
      return directives.has(node.name.value) || ofFeature(node.name.value);
    case Kind.SCALAR_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_DEFINITION:
      return ofFeature(node.name.value);
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return ofFeature(node.name.value) || node.name.value === 'join__ContextArgument';
    case Kind.ARGUMENT:
    case Kind.INPUT_VALUE_DEFINITION:
      // @context adds this argument to the join directives.
      return node.name.value === 'contextArguments';
    default:
      return false;
  }
}

function refusedNames(document: DocumentNode): RefusedNames {
  const links = new Set<DirectiveNode>();
  const directives = new Set<string>();
  const prefixes: string[] = [];
  for (const link of document.definitions.filter(isSchema).flatMap((schema) => schema.directives ?? [])) {
    const feature = parseFeature(stringArgument(link, 'url'));
    if (link.name.value !== 'link' || feature === undefined || !refused.has(feature)) continue;
    const name = stringArgument(link, 'as') ?? feature;
    links.add(link);
    directives.add(name);
    prefixes.push(`${name}__`);
    for (const imported of importedDirectives(link)) directives.add(imported);
  }
  return { links, directives, prefixes };
}

function isSchema(node: { kind: Kind }): node is SchemaDefinitionNode | SchemaExtensionNode {
  return node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION;
}

/** Reads `authenticated` from `https://specs.apollo.dev/authenticated/v0.1`. */
function parseFeature(url: string | undefined): string | undefined {
  return url?.match(/^https:\/\/specs\.apollo\.dev\/([^/]+)\/v\d+\.\d+$/)?.[1];
}

/** Reads the local names from `import: ["@context", { name: "@fromContext", as: "@from" }]`, without the `@`. */
function importedDirectives(link: ConstDirectiveNode): string[] {
  const value = argumentValue(link, 'import');
  if (value?.kind !== Kind.LIST) return [];
  const names = value.values.map((entry) => {
    if (entry.kind === Kind.STRING) return entry.value;
    if (entry.kind !== Kind.OBJECT) return '';
    const field = (key: string) => entry.fields.find((candidate) => candidate.name.value === key)?.value;
    const chosen = field('as') ?? field('name');
    return chosen?.kind === Kind.STRING ? chosen.value : '';
  });
  return names.filter((name) => name.startsWith('@')).map((name) => name.slice(1));
}
