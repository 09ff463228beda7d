import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { readGivenServer } from '#shared/runtime/given-url.ts';
import { readComposeFile, readWrittenFile } from '../../drills/topology/compose-file.ts';
import { type Composition, composePath } from '../check-deploy/compose/composition.ts';
import { Fault, NotChecked } from './fault.ts';

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

/** @throws ConfigurationError if a variable is missing */
export function readComposition({ project, variables }: Site): Composition {
  const path = join(project, composePath);
  return { project, file: readComposeFile(path, variables), written: readWrittenFile(path) };
}

/** @throws NotChecked if a variable is missing: that is a fault of the environment */
export function compositionOf(site: Site): Composition {
  try {
    return readComposition(site);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new NotChecked('it needs the variables that environment misses.');
    throw error;
  }
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

/** Asks Prometheus. @throws Fault if it does not respond */
export function askPrometheus<S extends z.ZodType>(
  { prometheus: address }: Pick<Site, 'prometheus'>,
  asked: { readonly path: string; readonly parameters?: Readonly<Record<string, string>> },
  shape: S,
): Promise<z.infer<S>> {
  return readGivenServer({ option: '--prometheus', address }, { ...asked, timeoutMs }, shape).catch(
    (error: unknown) => {
      throw new Fault(errorMessage(error), 'Start Prometheus and look at its log, or correct --prometheus.');
    },
  );
}

/** One figure of Prometheus; undefined if there is none, or if it is no number. */
export async function readFigure(site: Site, query: string): Promise<number | undefined> {
  const { data } = await askPrometheus(site, { path: '/api/v1/query', parameters: { query } }, answer);
  const [found] = data.result;
  const value = Number(found?.value[1]);
  return Number.isFinite(value) ? value : undefined;
}
