import { variablesIn } from '../../../drills/topology/interpolate.ts';
import type { Finding } from '../finding.ts';
import { type Composition, servicesOf } from './composition.ts';

/** A port of the host that a service opens. */
interface Published {
  /** The variable with the port, or the service that names it. */
  readonly from: string;
  readonly port: string;
}

/** Checks where clients and operators find the product: each service has a port of its own on the host, and the edge a name. */
export function* checkPublished(composition: Composition, template: string): Iterable<Finding> {
  const taken = new Map<string, string>();
  for (const { from, port } of portsOf(composition)) {
    const other = taken.get(port);
    if (!isPort(port)) yield { file: template, at: from, says: `use a port from 1 to 65535 instead of "${port}"` };
    else if (other !== undefined)
      yield { file: template, at: from, says: `use another port than ${port}, which ${other} has` };
    else taken.set(port, from);
  }
  for (const [, { environment }] of servicesOf(composition))
    if (environment['SERVER_NAME'] === 'localhost')
      yield { file: template, at: 'SERVER_NAME', says: 'set the name under which clients find the graph' };
}

const isPort = (text: string): boolean => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;

function portsOf(composition: Composition): readonly Published[] {
  return servicesOf(composition).flatMap(([name, { ports }]) =>
    ports.map((given, at) => {
      const [variable] = variablesIn(composition.written.services[name]?.ports[at]);
      return { from: variable ?? `services.${name}`, port: given.split(':').at(-2) ?? '' };
    }),
  );
}
