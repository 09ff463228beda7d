import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { errorCode } from '../errors/error-code.ts';
import { ConfigurationError, parseGiven } from './config.ts';

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

/** Reads the list of subgraphs from `supergraph.yaml` (rover's format) in the root of the project. */
export function readSupergraphYaml(path: URL = new URL('../../../supergraph.yaml', import.meta.url)): SubgraphEntry[] {
  const { subgraphs } = parseGiven(file, parse(readText(path)), 'supergraph.yaml');
  return Object.entries(subgraphs).map(([name, { routing_url, schema }]) => ({
    name,
    url: routing_url,
    schemaFile: schema.file,
  }));
}

function readText(path: URL): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(
      `supergraph.yaml: use a readable file instead of ${fileURLToPath(path)} (${errorCode(cause)})`,
    );
  }
}

/**
 * The URL of each subgraph by name.
 * @param basePort port of the first subgraph; the others follow in the order of the file. 0 = any free port for each. Default:
 *   the ports in the file
 */
export function subgraphAddresses(basePort?: number): Map<string, string> {
  return new Map(
    readSupergraphYaml().map(({ name, url }, index) => [
      name,
      basePort === undefined ? url : moved(url, basePort, index),
    ]),
  );
}

/** The port of each subgraph by name. */
export function subgraphPorts(basePort?: number): Map<string, number> {
  return new Map([...subgraphAddresses(basePort)].map(([name, url]) => [name, Number(new URL(url).port)]));
}

function moved(address: string, basePort: number, index: number): string {
  const url = new URL(address);
  url.port = String(basePort === 0 ? 0 : basePort + index);
  return url.href;
}
