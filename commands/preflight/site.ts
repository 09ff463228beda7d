import { join } from 'node:path';
import { z } from 'zod';
import { readComposeFile, readWrittenFile } from '../../drills/topology/compose-file.ts';
import { type Composition, composePath } from '../check-deploy/compose/composition.ts';

/** What a preflight looks at. */
export interface Site {
  /** The project in the version that is to be released. */
  readonly project: string;
  /** Variables of docker-compose.yml; in Kubernetes the name of the edge only. */
  readonly variables: NodeJS.Dict<string>;
  /** Address of Prometheus. */
  readonly prometheus: string;
  /** Address of the edge, and the one that redirects to it. */
  readonly edge: string;
  readonly plainEdge: string;
  /** Folder on the disk of the data. */
  readonly disk: string;
  now(): number;
}

export function compositionOf({ project, variables }: Site): Composition {
  const path = join(project, composePath);
  return { project, file: readComposeFile(path, variables), written: readWrittenFile(path) };
}

/** A setting of a service. @throws Error if it has none of this name */
export function settingOfService(site: Site, service: string, setting: string): string {
  const value = compositionOf(site).file.services[service]?.environment[setting];
  if (!value) throw new Error(`${service} has no ${setting}.`);
  return value;
}

const answer = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const timeoutMs = 5_000;

/** Reads an address as JSON. @throws Error if it does not respond */
export async function readJson(url: URL): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
    throw new Error(`${url.origin} does not respond.`, { cause: error });
  });
  if (!response.ok) throw new Error(`${url.origin} responds ${response.status}.`);
  return response.json();
}

/** One figure of Prometheus; undefined if there is none, or if it is no number. */
export async function readFigure({ prometheus }: Site, expression: string): Promise<number | undefined> {
  const url = new URL('/api/v1/query', prometheus);
  url.searchParams.set('query', expression);
  const [found] = answer.parse(await readJson(url)).data.result;
  const value = Number(found?.value[1]);
  return Number.isFinite(value) ? value : undefined;
}
