import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { GraphError } from '#shared/errors/errors.ts';
import { fragmentsByName } from '../../engine/document/fragments.ts';
import { responseKey } from '../../engine/document/response-keys.ts';
import { linkedDirectiveName } from '../cost/linked-directives.ts';

/** Names of root fields with a tag, by operation type. */
export type TaggedFields = ReadonlyMap<OperationTypeNode, ReadonlySet<string>>;

/** Reads which root fields an operation may contain once, because each use is expensive and aliases would multiply the cost. */
export function readOnceFields(schema: GraphQLSchema, supergraph: DocumentNode): TaggedFields {
  return readTaggedFields(schema, supergraph, 'once-per-request');
}

/** Reads which root fields have this `@tag`. */
export function readTaggedFields(schema: GraphQLSchema, supergraph: DocumentNode, tagName: string): TaggedFields {
  const tag = linkedDirectiveName(supergraph, 'tag', 'tag');
  const types = new Map(
    Object.values(OperationTypeNode).flatMap((operation) => {
      const root = schema.getRootType(operation);
      return root ? [[root.name, operation] as const] : [];
    }),
  );
  const byOperation = new Map<OperationTypeNode, Set<string>>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    const operation = types.get(definition.name.value);
    if (operation === undefined) continue;
    const tagged = (definition.fields ?? []).filter((field) => hasTag(field, tag, tagName));
    byOperation.set(operation, new Set(tagged.map(({ name }) => name.value)));
  }
  return byOperation;
}

/** @param tag the name of the directive `@tag` in the supergraph */
export function hasTag(
  { directives = [] }: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  tag: string | undefined,
  tagName: string,
): boolean {
  return directives.some(
    ({ name, arguments: args = [] }) =>
      name.value === tag && args.some(({ value }) => value.kind === Kind.STRING && value.value === tagName),
  );
}

/**
 * Refuses a document with an operation that contains a tagged root field, `__schema` or `__type` more than once.
 * @throws GraphError MAX_ROOT_FIELDS_LIMIT
 */
export function checkRootFields(document: DocumentNode, once: TaggedFields): void {
  const fragments = fragmentsByName(document);
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) checkOperation(node, fragments, once);
  }
}

function checkOperation(
  { operation, selectionSet }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  once: TaggedFields,
): void {
  const uses = new Map<string, number>();
  for (const name of rootFields(selectionSet, fragments).values()) {
    const counted = name === '__schema' || name === '__type' ? '__schema or __type' : name;
    uses.set(counted, (uses.get(counted) ?? 0) + 1);
  }
  for (const [name, count] of uses) {
    if (count === 1 || !(name === '__schema or __type' || once.get(operation)?.has(name))) continue;
    const message = `At most one ${name} is allowed per request; the operation has ${count}.`;
    throw new GraphError('MAX_ROOT_FIELDS_LIMIT', message);
  }
}

/** Collects the names of the root fields by response key. Visits each fragment once. */
function rootFields(
  root: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        names.set(responseKey(selection), selection.name.value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  collect(root);
  return names;
}
