import { withNextSet } from '../../../drills/topology/next-set.ts';
import { type Placed, shareNetwork, waitsFor } from './composition.ts';
import { portsOf } from './images.ts';
import { mountedFiles } from './mounted-files.ts';

/** An address that a service is given. */
interface Address {
  /** The setting or file with it. */
  readonly from: string;
  readonly host: string;
  readonly port: number;
}

/** Processes start without these: traces, reads of the standby and mails may come later. */
const mayBeAway = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'SUBGRAPH_READ_SERVER', 'SMTP_URL'];

/** A setting that is an address in the network of the file: a name without dots, and a port. */
const setting = /^(?:\w+:\/\/)?(?:[^@/\s]*@)?(?<host>[a-z][a-z0-9-]*):(?<port>\d+)(?:[/?]|$)/;
const inText = /(?<![\w.-])(?<host>[a-z][a-z0-9-]*):(?<port>\d{2,5})(?![\w.:-])/g;

/** Every address that a service is given, in its settings or in its files, is that of a service and a port that it serves, in a network of both. */
export function* checkAddresses(placed: Placed): Iterable<string> {
  const { service, composition } = placed;
  // During a release the proxy and Prometheus find the next set.
  const { services } = withNextSet(composition.file);
  for (const { from, host, port } of [...settingsOf(placed), ...filesOf(placed)]) {
    const other = services[host];
    if (!other) yield `${from}: "${host}" is no service`;
    else if (!portsOf(composition.project, other).has(port)) yield `${from}: ${host} does not listen on port ${port}`;
    else if (!shareNetwork(service, other)) yield `${from}: it has no network in common with ${host}`;
  }
}

/** A service waits for those that its settings name. */
export function* checkOrder(placed: Placed): Iterable<string> {
  const { name, composition } = placed;
  const waits = waitsFor(name, composition.file);
  for (const { from, host } of settingsOf(placed))
    if (composition.file.services[host] && !waits.has(host) && !mayBeAway.includes(from))
      yield `${from} names ${host}, for which it must wait (depends_on)`;
}

/** The services whose addresses are in the environment of a service. */
export const targetsOf = (placed: Placed): ReadonlySet<string> =>
  new Set([...settingsOf(placed), ...filesOf(placed)].map(({ host }) => host));

function settingsOf({ service }: Placed): readonly Address[] {
  return Object.entries(service.environment).flatMap(([from, value]) => {
    const { host, port } = setting.exec(value)?.groups ?? {};
    return host === undefined ? [] : [{ from, host, port: Number(port) }];
  });
}

function filesOf({ service, composition }: Placed): readonly Address[] {
  return mountedFiles(composition.project, service).flatMap(({ path: from, text }) =>
    [...text.matchAll(inText)].map(({ groups }) => ({
      from,
      host: groups?.['host'] ?? '',
      port: Number(groups?.['port']),
    })),
  );
}
