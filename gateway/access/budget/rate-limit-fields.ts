import { BREAK, type DocumentNode, Kind, visit } from 'graphql';
import { linkedDirectiveName } from '../cost/linked-directives.ts';

/** Tells whether a document selects a field that shows what its caller may spend. */
export type AsksForRateLimit = (document: DocumentNode) => boolean;

/** Finds the fields with the tag `rate-limit` of a supergraph. Fields are compared by name: one that is found in vain only shares less. */
export function readRateLimitFields(supergraph: DocumentNode): AsksForRateLimit {
  const tag = linkedDirectiveName(supergraph, 'tag', 'tag');
  const names = new Set<string>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const { name, directives = [] } of definition.fields ?? []) {
      const isTagged = directives.some(
        (directive) =>
          directive.name.value === tag &&
          directive.arguments?.some(({ value }) => value.kind === Kind.STRING && value.value === 'rate-limit'),
      );
      if (isTagged) names.add(name.value);
    }
  }
  const known = new WeakMap<DocumentNode, boolean>();
  return (document) => {
    const answer = known.get(document) ?? selects(document, names);
    known.set(document, answer);
    return answer;
  };
}

function selects(document: DocumentNode, names: ReadonlySet<string>): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      if (!names.has(name.value)) return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}
