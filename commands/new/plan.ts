import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { needs } from '#shared/runtime/config.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { composeSupergraph } from '../../gateway/supergraph/compose.ts';
import { completeSdl } from './complete-sdl.ts';
import { enterInProduct, enterInSupergraph, enterScopes } from './entries.ts';
import { fillTemplate } from './fill-template.ts';
import type { SubgraphNames } from './names.ts';

/** The changes for a new subgraph, before they are written. */
export interface SubgraphPlan {
  /** The folder to create. */
  readonly folder: string;
  /** Texts by path from the root of the project: new files in that folder, and changed files. */
  readonly files: ReadonlyMap<string, string>;
}

/** @throws ConfigurationError, CompositionError when the subgraph does not fit into the project */
export function planSubgraph(root: string, names: SubgraphNames): SubgraphPlan {
  const { kebab: name } = names.subgraph;
  const folder = `subgraphs/${name}`;
  const entries = readSupergraphYaml(pathToFileURL(join(root, 'supergraph.yaml')));
  if (entries.some((entry) => entry.name === name) || existsSync(join(root, folder)))
    throw needs('NAME', 'a name that no subgraph has', name);
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const others = entries.map((entry) => ({ ...entry, sdl: read(entry.schemaFile) }));
  const files = fillTemplate(names);
  const sdl = completeSdl(files.get('schema.graphql') ?? '', others);
  const url = nextAddress(entries.map((entry) => entry.url));
  return {
    folder,
    files: new Map([
      ...[...files].map(([path, text]) => [`${folder}/${path}`, text] as const),
      [`${folder}/schema.graphql`, sdl],
      ['supergraph.yaml', enterInSupergraph(read('supergraph.yaml'), name, url)],
      ['commands/all-subgraphs.ts', enterInProduct(read('commands/all-subgraphs.ts'), names.subgraph)],
      ['subgraphs/shared/identity/identity.ts', enterScopes(read('subgraphs/shared/identity/identity.ts'), name)],
      ['schema/supergraph.graphql', composeSupergraph([...others, { name, url, sdl }])],
    ]),
  };
}

function nextAddress(urls: readonly string[]): string {
  const port = Math.max(...urls.map((url) => Number(new URL(url).port))) + 1;
  return `http://127.0.0.1:${port}/graphql`;
}
