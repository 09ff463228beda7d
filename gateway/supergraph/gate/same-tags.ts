import type { DocumentNode } from 'graphql';
import { schemaContracts } from '../../access/documents/contracts.ts';
import { readTaggedCoordinates } from '../../access/documents/tagged-coordinates.ts';

/** True if the tags by which schemas of callers lack elements are on the same elements. */
export function haveSameTags(one: DocumentNode, other: DocumentNode): boolean {
  const [left, right] = [readTaggedCoordinates(one), readTaggedCoordinates(other)];
  const tags = new Set(schemaContracts.flatMap(({ excludedTags }) => excludedTags));
  return [...tags].every((tag) => {
    const [before, after] = [left.get(tag) ?? new Set(), right.get(tag) ?? new Set()];
    return before.symmetricDifference(after).size === 0;
  });
}
