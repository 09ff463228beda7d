import { type ComposeFile, type ComposeService, isProduct } from './compose-file.ts';

/** Where the services of the compose file live on one machine: a folder for their volumes, and a loopback address for each. */
export interface Places {
  /** The project, or a folder with what the image contains. */
  readonly app: string;
  /** The project, whose files services mount. */
  readonly project: string;
  readonly data: string;
  /** Address by name of the service. A hosts file makes the names known, so that all configuration files hold as they are. */
  readonly addresses: ReadonlyMap<string, string>;
}

const loopback = (number: number): string => `127.0.1.${number}`;

/**
 * Gives each service an address of its own, so that two gateways can have the same port, as in containers.
 * @param addressOf by number, from 1 on
 */
export function assignAddresses({ services }: ComposeFile, addressOf = loopback): ReadonlyMap<string, string> {
  return new Map(Object.keys(services).map((name, index) => [name, addressOf(index + 1)]));
}

export function hostsFile(addresses: ReadonlyMap<string, string>): string {
  return ['127.0.0.1 localhost', ...[...addresses].map(([name, address]) => `${address} ${name}`), ''].join('\n');
}

/** The environment of a product process: that of the compose file, and the address on which it listens here. */
export function environmentOf(name: string, service: ComposeService, places: Places): NodeJS.ProcessEnv {
  const address = places.addresses.get(name);
  return {
    ...service.environment,
    ...(isProduct(service) && { HOST: address, ADMIN_HOST: address }),
    DATA_DIR: places.data,
  };
}
