import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from './config.ts';

const file = z.object({
  federation_version: z.string(),
  subgraphs: z.record(z.string(), z.object({ routing_url: z.url(), schema: z.object({ file: z.string() }) })),
});

export interface SubgraphEntry {
  readonly name: string;
  readonly url: string;
  /** SDL file, relative to the folder of supergraph.yaml. */
  readonly schemaFile: string;
}

/** The one list of subgraphs (rover's format), read from the project's root. */
export function readSupergraphYaml(path: URL = new URL('../../supergraph.yaml', import.meta.url)): SubgraphEntry[] {
  const parsed = file.safeParse(parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new ConfigurationError(`supergraph.yaml: ${z.prettifyError(parsed.error)}`);
  return Object.entries(parsed.data.subgraphs).map(([name, { routing_url, schema }]) => ({
    name,
    url: routing_url,
    schemaFile: schema.file,
  }));
}

/** Address of each subgraph by name. */
export function subgraphAddresses(): Map<string, string> {
  return new Map(readSupergraphYaml().map(({ name, url }) => [name, url]));
}
