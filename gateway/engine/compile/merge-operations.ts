import type { FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';

/** Compiling reads each operation several times, and client operations have many fetches in common. */
const parsed = new LRUCache<string, DocumentNode>({
  maxSize: 200_000,
  sizeCalculation: (_document, text) => text.length,
});

/** The parsed operation of a fetch. */
export function fetchDocument({ operation }: FetchNode): DocumentNode {
  let document = parsed.get(operation);
  if (!document) {
    document = parse(operation, { noLocation: true });
    parsed.set(operation, document);
  }
  return document;
}

/** One `_entities` field of a request. Fetches with equal selections share it. */
export interface EntitySlot {
  /** Response key of the `_entities` field. */
  readonly alias: string;
  /** The variable for the representations. */
  readonly variable: string;
}

export interface MergedOperation {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly slots: readonly EntitySlot[];
  /** For each fetch, in order, the index of its slot. */
  readonly slotOf: readonly number[];
  /** The client's variables that the operation uses. */
  readonly variables: readonly string[];
}

/** Merges the `_entities` operations of several fetches to one subgraph into one operation. */
export function mergeEntityOperations(fetches: readonly [FetchNode, ...FetchNode[]]): MergedOperation {
  const variables = [...new Set(fetches.flatMap((fetch) => fetch.variableUsages ?? []))].filter(
    (name) => name !== 'representations',
  );
  const slots = new Map<string, { slot: EntitySlot; index: number; document: DocumentNode }>();
  const prefix = freePrefix(variables);
  const slotOf = fetches.map((fetch) => {
    const key = selectionKey(fetchDocument(fetch));
    const known = slots.get(key);
    if (known) return known.index;
    const index = slots.size;
    const slot = { alias: `${prefix}e${index}`, variable: `${prefix}r${index}` };
    slots.set(key, { slot, index, document: fetchDocument(fetch) });
    return index;
  });
  const { operationName } = fetches[0];
  if (slots.size === 1) {
    const slot = { alias: '_entities', variable: 'representations' };
    return { text: fetches[0].operation, operationName, slots: [slot], slotOf, variables };
  }
  const members = [...slots.values()];
  const documents = members.map(({ document, slot, index }) => renameSlot(document, slot, `${prefix}${index}`));
  return {
    text: stripIgnoredCharacters(print(joinDocuments(documents))),
    operationName,
    slots: members.map(({ slot }) => slot),
    slotOf,
    variables,
  };
}

/** A prefix for names that can't be equal to a client variable. */
function freePrefix(taken: readonly string[]): string {
  let prefix = '';
  while (taken.some((name) => name.startsWith(`${prefix}r`) || name.startsWith(`${prefix}e`))) prefix += '_';
  return prefix;
}

/** A text that is equal for equal selections. */
function selectionKey(document: DocumentNode): string {
  const { selectionSet } = operationOf(document);
  return [print(selectionSet), ...fragmentsOf(document).map((fragment) => print(fragment))].join('\n');
}

function renameSlot(document: DocumentNode, slot: EntitySlot, suffix: string): DocumentNode {
  return visit(document, {
    Field(node): FieldNode | undefined {
      if (node.name.value !== '_entities') return undefined;
      return { ...node, alias: { kind: Kind.NAME, value: slot.alias } };
    },
    Variable(node) {
      return node.name.value === 'representations'
        ? { ...node, name: { kind: Kind.NAME, value: slot.variable } }
        : undefined;
    },
    FragmentSpread(node) {
      return { ...node, name: { kind: Kind.NAME, value: `${node.name.value}_${suffix}` } };
    },
    FragmentDefinition(node) {
      return { ...node, name: { kind: Kind.NAME, value: `${node.name.value}_${suffix}` } };
    },
  });
}

function joinDocuments(documents: readonly DocumentNode[]): DocumentNode {
  const operations = documents.map(operationOf);
  const definitions = new Map<string, VariableDefinitionNode>();
  for (const definition of operations.flatMap((operation) => operation.variableDefinitions ?? [])) {
    definitions.set(definition.variable.name.value, definition);
  }
  const operation: OperationDefinitionNode = {
    ...operations[0]!,
    variableDefinitions: [...definitions.values()],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: operations.flatMap(({ selectionSet }) => selectionSet.selections),
    },
  };
  return { kind: Kind.DOCUMENT, definitions: [operation, ...documents.flatMap(fragmentsOf)] };
}

export function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('the planner made a fetch without an operation');
  return operation;
}

function fragmentsOf(document: DocumentNode): FragmentDefinitionNode[] {
  return document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
}
