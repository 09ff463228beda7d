import { createServer, type Server } from 'node:net';
import { errorCode } from '../errors/error-code.ts';
import { ConfigurationError } from './config.ts';

/** A port that will be opened, and the settings from which it comes. */
export interface WantedPort {
  /** Who will listen, such as "the gateway". */
  readonly owner: string;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly hostVariable: string;
  readonly portVariable: string;
}

/**
 * Makes sure that every port can be opened, before anything else is started. All are held at the same time, so that two
 * settings which name one port are found too.
 * @throws ConfigurationError
 */
export async function requireFreePorts(wanted: readonly WantedPort[]): Promise<void> {
  requireDifferentPorts(wanted);
  const servers: Server[] = [];
  try {
    for (const one of wanted) {
      servers.push(await open(one.host, one.port).catch((error: unknown) => refusePort(error, one)));
    }
  } finally {
    await Promise.all(servers.map(close));
  }
}

/** @throws ConfigurationError where two settings name one port */
function requireDifferentPorts(wanted: readonly WantedPort[]): void {
  const known = new Map<number, WantedPort>();
  for (const one of wanted) {
    const other = known.get(one.port);
    if (other && one.port !== 0) {
      throw new ConfigurationError(
        `${other.portVariable}, ${one.portVariable}: different ports are required for ${other.owner} and ${one.owner}; both get ${one.port}. Set one of them to another port.`,
      );
    }
    known.set(one.port, one);
  }
}

/** A port of this machine that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = await open('127.0.0.1', 0);
  const address = server.address();
  await close(server);
  return typeof address === 'object' && address ? address.port : 0;
}

/** True when a port of this machine can be opened. */
export async function isFree(port: number): Promise<boolean> {
  try {
    await close(await open('127.0.0.1', port));
    return true;
  } catch {
    return false;
  }
}

/** Says in one line why a port can't be opened. @throws ConfigurationError, or the error where the settings are not to blame */
export function refusePort(error: unknown, { owner, host, port, hostVariable, portVariable }: WantedPort): never {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      throw new ConfigurationError(
        `${portVariable}: a free port is required for ${owner}; ${host}:${port} is in use. End what uses it, or set ${portVariable} to another port.`,
      );
    case 'EACCES':
      throw new ConfigurationError(
        `${portVariable}: a port that this user may open is required for ${owner}; got ${port}`,
      );
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'ENOTFOUND':
      throw new ConfigurationError(`${hostVariable}: an address of this machine is required for ${owner}; got ${host}`);
    default:
      throw error;
  }
}

function open(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
