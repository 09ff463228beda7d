import { type ComposeFile, type ComposeService, isProduct } from './compose-file.ts';

/** What the next set changes of a service. */
type Part = Pick<ComposeService, 'environment' | 'depends_on' | 'profiles'>;

/** The name of a service in the next set. */
export const nextName = (name: string): string => `next-${name}`;

/** The processes of the product that run on and on, in the order in which they start: subgraphs, then gateways. */
export function standingSet({ services }: ComposeFile): readonly (readonly string[])[] {
  const names = Object.entries(services)
    .filter(([, service]) => isProduct(service) && service.restart !== 'no' && service.profiles.length === 0)
    .map(([name]) => name);
  const isGateway = (name: string) => name.startsWith('gateway');
  return [names.filter((name) => !isGateway(name)), names.filter(isGateway)];
}

/** Adds a second set of the product's processes, for releases: the same services under other names, in the profile `next`. */
export function withNextSet(file: ComposeFile): ComposeFile {
  const names = new Set(standingSet(file).flat());
  const next = Object.entries(file.services)
    .filter(([name]) => names.has(name))
    .map(([name, service]) => [nextName(name), nextService(service, names)]);
  return { ...file, services: { ...file.services, ...Object.fromEntries(next) } };
}

/** Its addresses lead to processes of the next set; database and Redis are the same. */
export function nextService<T extends Part>(service: T, names: ReadonlySet<string>): T {
  const environment = Object.entries(service.environment).map(([setting, value]) => [
    setting,
    nextAddress(value, names),
  ]);
  const depends = Object.entries(service.depends_on).filter(([name]) => !names.has(name) && name !== 'migrate');
  return {
    ...service,
    profiles: ['next'],
    environment: Object.fromEntries(environment),
    depends_on: Object.fromEntries(depends),
  };
}

function nextAddress(value: string, names: ReadonlySet<string>): string {
  const url = value.startsWith('http://') ? URL.parse(value) : null;
  if (!url || !names.has(url.hostname)) return value;
  url.hostname = nextName(url.hostname);
  return url.href;
}
