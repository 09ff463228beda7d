import { readFileSync } from 'node:fs';
import { parse, YAMLError } from 'yaml';
import { z } from 'zod';
import { ConfigurationError, parseGiven } from '#shared/runtime/config.ts';
import { subgraphPorts } from '#shared/runtime/supergraph-yaml.ts';

const outside = z.union([
  z.strictObject({ namespace: z.string(), pods: z.record(z.string(), z.string()).default({}) }),
  z.strictObject({
    addresses: z.cidrv4(),
    except: z.array(z.cidrv4()).default([]),
    component: z.string().optional(),
  }),
  z.strictObject({ regions: z.record(z.string(), z.cidrv4()) }),
]);
/** Who is not a pod of the product: pods of another namespace, addresses, those of one component, or the networks of all regions. */
export type Outside = z.infer<typeof outside>;

const names = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());
const port = z.union([z.int(), z.literal('http'), z.string().regex(/^\d+\/UDP$/)]);

const file = z.strictObject({
  outside: z.record(z.string(), outside),
  edges: z.array(z.strictObject({ from: names, to: names, ports: z.array(port), for: z.string() })),
});

export interface Port {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

/** One process may connect to another one. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly Port[];
  readonly for: string;
}

export interface Edges {
  readonly outside: Readonly<Record<string, Outside>>;
  readonly edges: readonly Edge[];
}

/** k8s/edges.yaml as it is written: several processes at either end, `subgraphs` and `http` unresolved. */
export type EdgesFile = z.infer<typeof file>;

/** @throws ConfigurationError for a file of another form */
export function readEdgesFile(path: string): EdgesFile {
  return parseGiven(file, readYaml(path), path);
}

/** @throws ConfigurationError for a syntax error */
function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof YAMLError)) throw error;
    // Below its first line the message shows the place in the text.
    throw new ConfigurationError(`${path}: ${error.message.split('\n')[0]?.replace(/:$/, '')}`);
  }
}

/** Reads k8s/edges.yaml, with one edge for each pair of processes. @throws ConfigurationError for a file of another form */
export function readEdges(path: string): Edges {
  const read = readEdgesFile(path);
  const edges = read.edges.flatMap(({ from, to, ports, for: reason }) =>
    expand(from).flatMap((one) =>
      expand(to).map((other) => ({
        from: one,
        to: other,
        ports: ports.map((given) => readPort(given, other)),
        for: reason,
      })),
    ),
  );
  return { outside: read.outside, edges };
}

function expand(given: readonly string[]): readonly string[] {
  return given.flatMap((name) => (name === 'subgraphs' ? [...subgraphPorts().keys()] : [name]));
}

function readPort(given: z.infer<typeof port>, process: string): Port {
  if (typeof given === 'number') return { protocol: 'TCP', port: given };
  if (given !== 'http') return { protocol: 'UDP', port: Number.parseInt(given, 10) };
  return { protocol: 'TCP', port: httpPortOf(process) };
}

function httpPortOf(process: string): number {
  const found = process === 'gateway' ? 4000 : subgraphPorts().get(process);
  if (found === undefined) throw new ConfigurationError(`k8s/edges.yaml: ${process} has no port http`);
  return found;
}
