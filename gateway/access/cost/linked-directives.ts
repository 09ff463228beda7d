import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';
import { argumentValue, stringArgument } from '../../engine/document/arguments.ts';

/**
 * Finds the name of a directive in a supergraph, which may import it under another name.
 * @param feature the specification, such as `cost` of https://specs.apollo.dev/cost/v0.1
 * @returns undefined if the supergraph does not link the feature
 */
export function linkedDirectiveName(supergraph: DocumentNode, feature: string, directive: string): string | undefined {
  const link = findLinks(supergraph).find((node) => parseFeature(stringArgument(node, 'url')) === feature);
  if (!link) return undefined;
  const prefix = stringArgument(link, 'as') ?? feature;
  return importedNames(link).get(directive) ?? (directive === feature ? prefix : `${prefix}__${directive}`);
}

function findLinks(supergraph: DocumentNode): ConstDirectiveNode[] {
  const schemas = supergraph.definitions.filter(
    (node) => node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION,
  );
  return schemas.flatMap(({ directives = [] }) => directives.filter(({ name }) => name.value === 'link'));
}

function parseFeature(url: string | undefined): string | undefined {
  return url?.match(/^https:\/\/specs\.apollo\.dev\/([^/]+)\/v\d+\.\d+$/)?.[1];
}

/** Reads `import: ["@cost", { name: "@listSize", as: "@size" }]` as local names by original name, without the `@`. */
function importedNames(link: ConstDirectiveNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const value = argumentValue(link, 'import');
  if (value?.kind !== Kind.LIST) return names;
  for (const entry of value.values) {
    const fields = entry.kind === Kind.OBJECT ? entry.fields : [];
    const text = (key: string) => {
      const found = fields.find((field) => field.name.value === key)?.value;
      return found?.kind === Kind.STRING ? found.value : undefined;
    };
    const own = entry.kind === Kind.STRING ? entry.value : text('name');
    if (own?.startsWith('@')) names.set(own.slice(1), (text('as') ?? own).slice(1));
  }
  return names;
}
