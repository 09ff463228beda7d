import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  OperationTypeNode,
} from 'graphql';
import { linkedDirectiveName } from '../cost/linked-directives.ts';
import { hasTag } from './root-fields.ts';

/** A field of an input object that is an argument of a root field. */
export interface TaggedInput {
  readonly argument: string;
  readonly field: string;
}

/** The fields with a tag in the inputs of mutations, by mutation. */
export type TaggedInputs = ReadonlyMap<string, readonly TaggedInput[]>;

/** Reads which fields of the inputs of mutations have this `@tag`. */
export function readTaggedInputs(schema: GraphQLSchema, supergraph: DocumentNode, tagName: string): TaggedInputs {
  const tag = linkedDirectiveName(supergraph, 'tag', 'tag');
  const tagged = new Map(
    supergraph.definitions.flatMap((definition) => {
      if (definition.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return [];
      const fields = (definition.fields ?? []).filter((field) => hasTag(field, tag, tagName));
      return fields.length > 0 ? [[definition.name.value, fields.map(({ name }) => name.value)] as const] : [];
    }),
  );
  const mutations = Object.values(schema.getRootType(OperationTypeNode.MUTATION)?.getFields() ?? {});
  return new Map(
    mutations.map(({ name, args }) => [
      name,
      args.flatMap((argument) => {
        const type = getNamedType(argument.type);
        const fields = isInputObjectType(type) ? tagged.get(type.name) : undefined;
        return (fields ?? []).map((field) => ({ argument: argument.name, field }));
      }),
    ]),
  );
}
