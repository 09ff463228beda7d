import type { DocumentNode } from 'graphql';
import { stringArgument } from '../../engine/document/arguments.ts';
import { linkedDirectiveName } from '../cost/linked-directives.ts';
import { schemaElements } from './schema-elements.ts';

/** Schema coordinates of the elements with a tag, such as `Type`, `Type.member` and `Type.field(argument:)`, by the tag. */
export type TaggedCoordinates = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads every `@tag` of a supergraph. */
export function readTaggedCoordinates(supergraph: DocumentNode): TaggedCoordinates {
  const byTag = new Map<string, Set<string>>();
  const directive = linkedDirectiveName(supergraph, 'tag', 'tag');
  for (const { coordinate, directives } of schemaElements(supergraph)) {
    for (const node of directives) {
      const tag = node.name.value === directive ? stringArgument(node, 'name') : undefined;
      if (tag !== undefined) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(coordinate));
    }
  }
  return byTag;
}
