import { type ASTNode, type FieldNode, Kind, parse, visit } from 'graphql';
import { responseKey } from '../../engine/document/response-keys.ts';

interface Place {
  readonly line: number;
  readonly column: number;
}

/** The innermost field around a place of a valid text, as a path of response keys. A path in a fragment begins with the name of the fragment. */
export function fieldAt(text: string, { line, column }: Place): string | null {
  const offset = offsetOf(text, line, column);
  let found: string | null = null;
  visit(parse(text), {
    Field: {
      enter(field, _key, _parent, _path, ancestors) {
        const { loc } = field;
        if (loc && loc.start <= offset && offset < loc.end) found = pathOf(ancestors, field);
      },
    },
  });
  return found;
}

function offsetOf(text: string, line: number, column: number): number {
  const before = text.split(/\r\n|\n|\r/g, line - 1);
  return before.reduce((offset, each) => offset + each.length + 1, 0) + column - 1;
}

/** The path of a field as response keys. @param ancestors of `visit` */
export function pathOf(ancestors: readonly (ASTNode | readonly ASTNode[])[], field: FieldNode): string {
  const nodes = ancestors.filter((ancestor): ancestor is ASTNode => 'kind' in ancestor);
  const fragment = nodes.find((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const fields = [...nodes.filter((node) => node.kind === Kind.FIELD), field];
  return [...(fragment ? [fragment.name.value] : []), ...fields.map(responseKey)].join('.');
}
