import { type ASTNode, type DocumentNode, type GraphQLError, parse } from 'graphql';
import type { EngineError } from '../../engine/errors.ts';
import { shortMessage } from '../../engine/values/short-message.ts';

/** Bounds of one response: errors, and locations of each. */
export const maxFaults = 50;
const maxPlaces = 5;

type FaultCode = 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED';
type Place = NonNullable<EngineError['locations']>[number];

/** Converts an error of the parser for clients. */
export function syntaxFault({ message, locations }: GraphQLError): EngineError {
  return fault('GRAPHQL_PARSE_FAILED', message, locations ?? []);
}

/**
 * Converts errors of validation for clients. Documents are validated without locations: these would cost memory for every valid document and
 * a search through the text for every node of an invalid one, and a rule may report thousands of nodes.
 * @param document the validated document, parsed from `source`
 */
export function validationFaults(
  source: string,
  document: DocumentNode,
  errors: readonly GraphQLError[],
): readonly EngineError[] {
  const named = errors.slice(0, maxFaults);
  const places = findPlaces(source, document, new Set(named.flatMap(nodesOf)));
  const faults = named.map((error) => {
    const found = nodesOf(error).flatMap((node) => places.get(node) ?? []);
    return fault('GRAPHQL_VALIDATION_FAILED', error.message, found);
  });
  if (errors.length <= maxFaults) return faults;
  return [...faults, fault('GRAPHQL_VALIDATION_FAILED', `The document has more errors than these ${maxFaults}.`, [])];
}

function nodesOf({ nodes }: GraphQLError): readonly ASTNode[] {
  return nodes?.slice(0, maxPlaces) ?? [];
}

function fault(code: FaultCode, message: string, locations: readonly Place[]): EngineError {
  return {
    // A name may be as long as the document.
    message: shortMessage(message),
    ...(locations.length > 0 && { locations }),
    extensions: { code, retryable: false },
  };
}

/** Finds the locations of nodes: parses the text again with locations and walks both trees side by side. */
function findPlaces(source: string, document: DocumentNode, wanted: Set<ASTNode>): ReadonlyMap<ASTNode, Place> {
  const places = new Map<ASTNode, Place>();
  if (wanted.size === 0) return places;
  const placeAt = lineIndex(source);
  const walk = (node: ASTNode, located: ASTNode): void => {
    if (wanted.has(node) && located.loc) places.set(node, placeAt(located.loc.start));
    for (const [key, value] of Object.entries(node)) {
      // The same text makes the same tree. Lists of a node have nodes only.
      const other: unknown = (located as unknown as Record<string, unknown>)[key];
      if (isNode(value)) walk(value, other as ASTNode);
      if (!Array.isArray(value)) continue;
      for (const [index, item] of value.entries()) walk(item as ASTNode, (other as ASTNode[])[index]!);
    }
  };
  walk(document, parse(source));
  return places;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** Makes a function that finds line and column of an offset. The lines are counted once. */
function lineIndex(source: string): (offset: number) => Place {
  const starts = [0, ...Array.from(source.matchAll(/\r\n|[\n\r]/g), ({ 0: end, index }) => index + end.length)];
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}
