import type { ComposeFile, ComposeService } from '../../../drills/topology/compose-file.ts';
import type { Finding } from '../finding.ts';

export const composePath = 'docker-compose.yml';

/** docker-compose.yml and the files of the project that it names. */
export interface Composition {
  /** Folder of the project. */
  readonly project: string;
  /** With the values of an operator. */
  readonly file: ComposeFile;
  /** As it is written: with the names of variables. */
  readonly written: ComposeFile;
}

/** A service and everything around it. */
export interface Placed {
  readonly name: string;
  readonly service: ComposeService;
  readonly composition: Composition;
}

/** Says what is wrong with a service. */
export type ServiceRule = (placed: Placed) => Iterable<string>;

/** Checks every service with each rule. */
export function checkEach(composition: Composition, rules: readonly ServiceRule[]): readonly Finding[] {
  return Object.entries(composition.file.services).flatMap(([name, service]) =>
    rules
      .flatMap((rule) => [...rule({ name, service, composition })])
      .map((says) => ({ file: composePath, at: `services.${name}`, says })),
  );
}

export const servicesOf = ({ file }: Composition): readonly (readonly [string, ComposeService])[] =>
  Object.entries(file.services);

/** A service and what it waits for, directly or not. */
export function waitsFor(name: string, { services }: ComposeFile): ReadonlySet<string> {
  const found = new Set([name]);
  for (const one of found) for (const other of Object.keys(services[one]?.depends_on ?? {})) found.add(other);
  return found;
}

export const shareNetwork = (one: ComposeService, other: ComposeService): boolean =>
  one.networks.some((network) => other.networks.includes(network));
