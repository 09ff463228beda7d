import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ComposeService, isProduct } from '../../../drills/topology/compose-file.ts';
import { hasFullVersion } from '../full-version.ts';
import { targetsOf } from './addresses.ts';
import { type Placed, servicesOf, shareNetwork } from './composition.ts';
import { factsOf, portsOf } from './images.ts';
import { mountedPaths } from './mounted-files.ts';

export function* checkImage({ service: { image } }: Placed): Iterable<string> {
  if (!hasFullVersion(image)) yield `the name of the image must have a full version; it is ${image}`;
}

/** Commands of operators run on the Node of the product. */
export function* checkNode({ service: { image }, composition: { project } }: Placed): Iterable<string> {
  const [, base] = /^FROM (node:\S+)/m.exec(readFileSync(join(project, 'Dockerfile'), 'utf8')) ?? [];
  if (image.startsWith('node:') && image !== base) yield `its image is ${image}: use ${base}, as the Dockerfile does.`;
}

/** Processes of the product have the health check of the image; other programs are asked whether they serve. */
export function* checkHealth({ service }: Placed): Iterable<string> {
  const { healthcheck } = service;
  const asked = [healthcheck?.test ?? []].flat().join(' ');
  if (!service.mem_limit) yield 'it has no memory limit, so that it can take the memory of all others: set mem_limit.';
  if (service.restart === 'no') return;
  if (healthcheck?.disable) yield 'its health check is disabled: enable it, so that a process that hangs is found.';
  else if (isProduct(service)) {
    if (healthcheck) yield 'it replaces the health check of the image: remove its own.';
  } else if (asked === '') yield 'it has no health check: add one, so that a process that hangs is found.';
  // A service with an entry point of its own runs another program than that of the image.
  else if (!service.entrypoint) yield* checkQuestion(service, asked);
}

function* checkQuestion(service: ComposeService, asked: string): Iterable<string> {
  const facts = factsOf(service);
  if (!facts) yield `compose/images.ts does not know the image ${service.image}`;
  for (const text of facts?.asks ?? [])
    if (!asked.includes(text)) yield `the health check must ask "${text.trim()}"; it asks "${asked}"`;
}

/** What a service names exists: services, networks, volumes, files, folders and published ports. */
export function* checkReferences({ service, composition: { project, file } }: Placed): Iterable<string> {
  for (const [name, { condition }] of Object.entries(service.depends_on)) {
    const other = file.services[name];
    const wanted = other?.restart === 'no' ? 'service_completed_successfully' : 'service_healthy';
    if (!other) yield `depends_on names "${name}", which is no service`;
    else if (condition !== wanted)
      yield `depends_on waits for ${condition} of ${name}, which is too early: wait for ${wanted}.`;
  }
  for (const name of service.networks)
    if (!(name in file.networks)) yield `networks names "${name}", which is no network`;
  for (const volume of service.volumes) {
    const [source = ''] = volume.split(':');
    if (/^\w/.test(source) && !(source in file.volumes)) yield `volumes names "${source}", which is no volume`;
  }
  for (const port of service.ports.map((one) => Number(one.split(':').at(-1))))
    if (!portsOf(project, service).has(port)) yield `ports: it does not listen on port ${port}`;
}

/** Files of the project that a service names. Operators add the folder of an optional variable. */
export function* checkFiles({ name, composition: { project, written } }: Placed): Iterable<string> {
  const service = written.services[name];
  for (const path of service ? mountedPaths(service) : [])
    if (!existsSync(join(project, path))) yield `volumes names ./${path}, which does not exist`;
  if (service?.build && !existsSync(join(project, service.build.context, 'Dockerfile')))
    yield `build: ${service.build.context} has no Dockerfile`;
}

/** Services run without host privileges. Processes of the product also have a read-only file system. */
export function* checkRights({ service }: Placed): Iterable<string> {
  if (service.privileged) yield 'it must not be privileged';
  if (service.cap_add.length > 0) yield `cap_add: it must not get ${service.cap_add.join(', ')}`;
  if (!isProduct(service)) return;
  if (!service.read_only) yield 'its root file system can be written: set read_only: true.';
  if (!service.cap_drop.includes('ALL')) yield 'it keeps capabilities that it does not need: set cap_drop: [ALL].';
  if (!service.security_opt.includes('no-new-privileges:true'))
    yield 'its processes may gain rights: set security_opt: no-new-privileges:true.';
  if (service.user) yield `its user is ${service.user}, in place of that of the image: remove user.`;
  if (service.pid || service.network_mode) yield 'it must not use namespaces of the host';
  if (service.volumes.length > 0) yield 'volumes: a process of the product needs none';
  if (service.ports.length > 0) yield 'ports: clients reach it through the proxy only';
}

const stores = ['infamous-freight-postgres', 'redis'];
const isStore = ({ image }: ComposeService): boolean => stores.includes(image.split(':')[0] ?? '');

/** A service on the network of the databases or of Redis needs an address there in its environment. */
export function* checkNetworks(placed: Placed): Iterable<string> {
  const { service, composition } = placed;
  if (isStore(service)) return;
  const targets = targetsOf(placed);
  for (const network of service.networks) {
    const inIt = servicesOf(composition).filter(([, other]) => isStore(other) && other.networks.includes(network));
    if (inIt.length > 0 && !inIt.some(([name]) => targets.has(name)))
      yield `networks: it connects to no store in "${network}"`;
  }
}

/** Gateways believe the network of the proxy, and no other one. */
export function* checkTrust({ service, composition }: Placed): Iterable<string> {
  const trusted = service.environment['TRUSTED_PROXIES'];
  if (trusted === undefined) return;
  const [, proxy] = servicesOf(composition).find(([, { image }]) => image.startsWith('haproxy:')) ?? [];
  const subnets = service.networks
    .filter((network) => proxy?.networks.includes(network))
    .flatMap((network) => composition.file.networks[network]?.ipam?.config.map(({ subnet }) => subnet) ?? []);
  if (!proxy || !shareNetwork(service, proxy) || !subnets.includes(trusted))
    yield `TRUSTED_PROXIES is ${trusted}, which is no network that it shares with the proxy: set the subnet of that network.`;
}
