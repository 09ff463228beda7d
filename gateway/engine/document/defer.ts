import { BREAK, type DirectiveNode, type DocumentNode, Kind, visit } from 'graphql';
import { argumentValue } from './arguments.ts';

/** Whether a text may request incremental delivery. It may give a false positive; it is cheap enough for every request. */
export function mentionsDefer(source: string): boolean {
  return source.includes('@defer');
}

/** Whether a document requests incremental delivery. @param source the document's text */
export function documentDefers(source: string, document: DocumentNode): boolean {
  if (!mentionsDefer(source)) return false;
  let found = false;
  visit(document, {
    [Kind.DIRECTIVE](node) {
      found ||= node.name.value === 'defer';
      return found ? BREAK : undefined;
    },
  });
  return found;
}

/** The document for clients that don't accept a response in parts: without `@defer`, so that everything comes at once. */
export function withoutDefer(document: DocumentNode): DocumentNode {
  return visit(document, {
    [Kind.DIRECTIVE]: (node) => (node.name.value === 'defer' ? null : undefined),
  });
}

/** Whether a fragment is deferred, under these values of the operation's conditions. */
export function isDeferred(
  directives: readonly DirectiveNode[] | undefined,
  conditions: Readonly<Record<string, boolean>>,
): boolean {
  const defer = directives?.find(({ name }) => name.value === 'defer');
  if (!defer) return false;
  const value = argumentValue(defer, 'if');
  if (value?.kind === Kind.VARIABLE) return conditions[value.name.value] ?? true;
  return value?.kind !== Kind.BOOLEAN || value.value;
}
