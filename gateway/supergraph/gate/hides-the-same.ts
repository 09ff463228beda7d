import { type ConstDirectiveNode, type DocumentNode, print } from 'graphql';
import { linkedDirectiveName } from '../../access/cost/linked-directives.ts';
import { schemaContracts } from '../../access/documents/contracts.ts';
import { schemaElements } from '../../access/documents/schema-elements.ts';
import { stringArgument } from '../../engine/document/arguments.ts';

/** True if no element that both supergraphs have is hidden from other callers in the next one, or from fewer. */
export function hidesTheSame(current: DocumentNode, next: DocumentNode): boolean {
  const before = hidingDirectives(current);
  return hidingDirectives(next)
    .entries()
    .every(([coordinate, text]) => (before.get(coordinate) ?? text) === text);
}

const excludedTags = new Set(schemaContracts.flatMap((contract) => contract.excludedTags));

/** The tags and requirements by which schemas of callers lack an element, as text, by the coordinate of each element. */
function hidingDirectives(supergraph: DocumentNode): Map<string, string> {
  const [tag, ...requirements] = ['tag', 'authenticated', 'requiresScopes'].map((name) =>
    linkedDirectiveName(supergraph, name, name),
  );
  const hides = (node: ConstDirectiveNode): boolean =>
    node.name.value === tag
      ? excludedTags.has(stringArgument(node, 'name') ?? '')
      : requirements.includes(node.name.value);
  return new Map(
    schemaElements(supergraph).map(({ coordinate, directives }) => [
      coordinate,
      directives.filter(hides).map(print).sort().join(' '),
    ]),
  );
}
