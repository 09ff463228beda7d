import { type DefinitionNode, type DocumentNode, Kind, print, visit } from 'graphql';

/** Everything of a supergraph that belongs to no type of clients: links, directives, and the types of composition. */
export const wholeGraph = '';

/**
 * Describes a supergraph by coordinate: `Type` (directives, interfaces, members, values, fields of an input) and `Type.field` (type, arguments, directives).
 * Elements with equal texts mean the same. Descriptions and the addresses of subgraphs mean nothing to a document.
 */
export function describeCoordinates(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const whole: string[] = [];
  const implementers = implementersByInterface(supergraph);
  for (const node of withoutAddresses(supergraph).definitions) {
    if (isOfWholeGraph(node)) {
      whole.push(print(node));
      continue;
    }
    if (!('name' in node) || !node.name) continue;
    const type = node.name.value;
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) {
      texts.set(type, print(node));
      continue;
    }
    const members = (implementers.get(type) ?? []).join(' ');
    texts.set(type, `${print({ ...node, fields: [] })} ${members}`);
    for (const field of node.fields ?? []) texts.set(`${type}.${field.name.value}`, print(field));
  }
  return texts.set(wholeGraph, whole.join('\n'));
}

/** The coordinates that were added, removed or changed. */
export function changedCoordinates(
  current: ReadonlyMap<string, string>,
  next: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const all = new Set([...current.keys(), ...next.keys()]);
  return new Set([...all].filter((coordinate) => current.get(coordinate) !== next.get(coordinate)));
}

/** The object types and interfaces that implement each interface, in the order of their names. */
export function implementersByInterface({ definitions }: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const implementers = new Map<string, string[]>();
  for (const node of definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const { name } of node.interfaces ?? []) {
      implementers.set(name.value, [...(implementers.get(name.value) ?? []), node.name.value].sort());
    }
  }
  return implementers;
}

/** The types of composition, such as `join__Graph`, have two underscores in their names. */
function isOfWholeGraph(node: DefinitionNode): boolean {
  if (node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION) return true;
  return node.kind === Kind.DIRECTIVE_DEFINITION || ('name' in node && node.name?.value.includes('__') === true);
}

function withoutAddresses(supergraph: DocumentNode): DocumentNode {
  return visit(supergraph, {
    enter(node) {
      if (node.kind === Kind.ARGUMENT && node.name.value === 'url') return undefined;
      return 'description' in node && node.description ? { ...node, description: undefined } : undefined;
    },
    Directive: {
      leave(node) {
        if (node.name.value !== 'join__graph') return undefined;
        return { ...node, arguments: (node.arguments ?? []).filter(({ name }) => name.value !== 'url') };
      },
    },
  });
}
