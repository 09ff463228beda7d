import { type DocumentNode, type FieldDefinitionNode, Kind, parse } from 'graphql';

/** The mutations in an SDL. */
export function mutationsOf({ definitions }: DocumentNode): readonly FieldDefinitionNode[] {
  return definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Mutation' ? (node.fields ?? []) : [],
  );
}

/** The codes of `userErrors` that the description of a mutation lists at its end. */
export function listedCodes({ description }: FieldDefinitionNode): readonly string[] {
  return codesListedIn(description?.value);
}

/** The codes of `userErrors` that a description lists at its end. */
export function codesListedIn(description: string | null | undefined): readonly string[] {
  const [, list = ''] = /userErrors:(.*)\.\s*$/s.exec(description ?? '') ?? [];
  return list.match(/\b[A-Z]+(?:_[A-Z]+)*\b/g) ?? [];
}

/** Fails the test if a mutation was refused with a code that its description does not list. */
export type RequireListedCodes = (query: string, data: unknown) => void;

/** @param sdl of a subgraph or of the graph */
export function requireListedCodes(sdl: string): RequireListedCodes {
  const listed = new Map(mutationsOf(parse(sdl)).map((mutation) => [mutation.name.value, listedCodes(mutation)]));
  return (query, data) => {
    const results = new Map(Object.entries(data ?? {}));
    for (const [alias, name] of mutationsIn(query)) {
      const unlisted = codesIn(results.get(alias)).filter((code) => !listed.get(name)?.includes(code));
      if (unlisted.length > 0) throw new Error(`The SDL of ${name} does not list ${unlisted.join(', ')}.`);
    }
  };
}

function mutationsIn(query: string): [alias: string, name: string][] {
  if (!query.includes('mutation')) return [];
  return parse(query).definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION && node.operation === 'mutation'
      ? node.selectionSet.selections.flatMap((field): [string, string][] =>
          field.kind === Kind.FIELD ? [[(field.alias ?? field.name).value, field.name.value]] : [],
        )
      : [],
  );
}

/** The codes of all `userErrors` in a payload, also of those of its parts. */
function codesIn(value: unknown): string[] {
  return Object.entries(value ?? {}).flatMap(([name, part]: [string, unknown]): string[] => {
    if (name === 'userErrors' && Array.isArray(part)) return part.flatMap(({ code }: { code?: string }) => code ?? []);
    return typeof part === 'object' ? codesIn(part) : [];
  });
}
