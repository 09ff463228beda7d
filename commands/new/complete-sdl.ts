import {
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type ListValueNode,
  parse,
  print,
  specifiedDirectives,
  visit,
} from 'graphql';
import { ConfigurationError } from '#shared/runtime/config.ts';

export interface SubgraphText {
  readonly name: string;
  readonly sdl: string;
}

const rootTypes = ['Query', 'Mutation', 'Subscription'];

/**
 * Adds definitions that subgraphs share, such as PageInfo, exactly as in another subgraph.
 * @throws ConfigurationError when the graph already has types or root fields with these names
 */
export function completeSdl(sdl: string, others: readonly SubgraphText[]): string {
  const document = parse(sdl);
  const parsed = others.map((other) => ({ name: other.name, document: parse(other.sdl) }));
  for (const { name, document: other } of parsed) {
    const theirs = new Set(declarations(other));
    const taken = declarations(document).find((declared) => theirs.has(declared));
    if (taken !== undefined)
      throw new ConfigurationError(
        `--type needs a type that the graph does not have yet. ${name} has ${taken} already.`,
      );
  }
  const borrowed = borrow(document, new Map(parsed.flatMap(({ document: other }) => [...typesOf(other)])));
  const directives = borrowed.flatMap(directivesOf);
  return `${[importDirectives(sdl, document, directives).trimEnd(), ...borrowed.map(textOf)].join('\n\n')}\n`;
}

/** Names of the directives on a definition and on its parts, with their `@`. */
function directivesOf(definition: DefinitionNode): string[] {
  const names: string[] = [];
  visit(definition, { Directive: ({ name }) => void names.push(`@${name.value}`) });
  return names;
}

/** Adds directives to the `@link(import:)` of a document. GraphQL's own directives need no import. */
function importDirectives(sdl: string, document: DocumentNode, directives: readonly string[]): string {
  const list = importsOf(document);
  if (!list?.loc) return sdl;
  const imported = list.values.flatMap((value) => (value.kind === Kind.STRING ? [value.value] : []));
  const own = specifiedDirectives.map(({ name }) => `@${name}`);
  const missing = new Set(directives).difference(new Set([...imported, ...own]));
  const entries = [...list.values.map((value) => print(value)), ...[...missing].map((name) => `"${name}"`)];
  return `${sdl.slice(0, list.loc.start)}[${entries.join(', ')}]${sdl.slice(list.loc.end)}`;
}

function importsOf(document: DocumentNode): ListValueNode | undefined {
  let list: ListValueNode | undefined;
  visit(document, {
    Directive({ name, arguments: given }) {
      const value =
        name.value === 'link' ? given?.find((argument) => argument.name.value === 'import')?.value : undefined;
      if (value?.kind === Kind.LIST) list = value;
    },
  });
  return list;
}

/** Names of types, and fields of root types in the form `Query.depot`. */
function declarations(document: DocumentNode): string[] {
  return [...typesOf(document)].flatMap(([type, definition]) => {
    if (!rootTypes.includes(type)) return [type];
    const fields = definition.kind === Kind.OBJECT_TYPE_DEFINITION ? (definition.fields ?? []) : [];
    return fields.map((field) => `${type}.${field.name.value}`);
  });
}

function typesOf({ definitions }: DocumentNode): Map<string, DefinitionNode> {
  return new Map(
    definitions.flatMap((node) =>
      'name' in node && node.name && node.kind.endsWith('TypeDefinition') ? [[node.name.value, node] as const] : [],
    ),
  );
}

/** Definitions of the types that a document uses without defining them, and of the types that those use. */
function borrow(document: DocumentNode, known: ReadonlyMap<string, DefinitionNode>): DefinitionNode[] {
  const own = typesOf(document);
  const borrowed = new Map<string, DefinitionNode>();
  const follow = (node: DocumentNode | DefinitionNode) => {
    visit(node, {
      NamedType({ name: { value } }) {
        const definition = own.has(value) || borrowed.has(value) ? undefined : known.get(value);
        if (!definition) return;
        borrowed.set(value, definition);
        follow(definition);
      },
    });
  };
  follow(document);
  return [...borrowed.values()];
}

function textOf({ loc }: DefinitionNode): string {
  return loc ? loc.source.body.slice(loc.start, loc.end) : '';
}
