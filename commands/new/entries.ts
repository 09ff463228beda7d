import { parseDocument } from 'yaml';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { Name } from './names.ts';

/** `supergraph.yaml` with the new subgraph at its end, on the next port. */
export function enterInSupergraph(text: string, name: string, url: string): string {
  const document = parseDocument(text);
  const schema = document.createNode({ file: `./subgraphs/${name}/schema.graphql` }, { flow: true });
  document.setIn(['subgraphs', name], document.createNode({ routing_url: url }));
  document.setIn(['subgraphs', name, 'schema'], schema);
  return document.toString({ lineWidth: 0 });
}

/** `commands/all-subgraphs.ts` with the new subgraph in its list. */
export function enterInProduct(text: string, { kebab, camel }: Name): string {
  const path = `../subgraphs/${kebab}/subgraph.ts`;
  const imported = replaceOnce(text, /\n\n/, `\nimport { ${camel} } from '${path}';\n\n`);
  return replaceOnce(imported, /(?<=const stateless = \[[^\]]*)(?=\])/, `, ${camel}`);
}

/** `subgraphs/shared/identity/identity.ts` with the scopes of the new subgraph. Administrators have all scopes. */
export function enterScopes(text: string, name: string): string {
  return replaceOnce(text, /(?<=const scopes = \[[^\]]*)(?=\])/, `  '${name}:read',\n  '${name}:write',\n`);
}

function replaceOnce(text: string, place: RegExp, by: string): string {
  if (!place.test(text))
    throw new ConfigurationError(`The file has no text that matches ${place}, so nothing can be added to it.`);
  return text.replace(place, () => by);
}
