import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';
import { stringArgument } from '../../engine/document/arguments.ts';
import { linkedDirectiveName } from '../cost/linked-directives.ts';

/** Schema coordinates of the elements with a tag, such as `Type`, `Type.member` and `Type.field(argument:)`, by the tag. */
export type TaggedCoordinates = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads every `@tag` of a supergraph. */
export function readTaggedCoordinates(supergraph: DocumentNode): TaggedCoordinates {
  const directive = linkedDirectiveName(supergraph, 'tag', 'tag');
  const byTag = new Map<string, Set<string>>();
  const read = ({ directives = [] }: Tagged, coordinate: string): void => {
    for (const node of directives) {
      const tag = node.name.value === directive ? stringArgument(node, 'name') : undefined;
      if (tag === undefined) continue;
      const coordinates = byTag.get(tag) ?? new Set();
      byTag.set(tag, coordinates.add(coordinate));
    }
  };
  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION) continue;
    const type = definition.name.value;
    read(definition as Tagged, type); // documents of operations have no place in a supergraph
    const members = 'fields' in definition ? definition.fields : 'values' in definition ? definition.values : [];
    for (const member of members ?? []) {
      const coordinate = `${type}.${member.name.value}`;
      read(member, coordinate);
      if (!('arguments' in member)) continue;
      for (const argument of member.arguments ?? []) read(argument, `${coordinate}(${argument.name.value}:)`);
    }
  }
  return byTag;
}

interface Tagged {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}
