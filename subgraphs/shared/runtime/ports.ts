import { createServer, type Server } from 'node:net';
import { errorCode } from '../errors/error-code.ts';
import { ConfigurationError } from './config.ts';

/** A port to open, and the settings that determine it. */
export interface WantedPort {
  /** The server that will listen, such as "the gateway". */
  readonly owner: string;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly hostVariable: string;
  readonly portVariable: string;
}

/**
 * Checks that every port can be opened, before anything else starts. Holds all of them at the same time, so that it also
 * finds two settings with the same port.
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

/** @throws ConfigurationError if two settings have the same port */
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

/** Finds a port of this machine that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = await open('127.0.0.1', 0);
  const address = server.address();
  await close(server);
  return typeof address === 'object' && address ? address.port : 0;
}

/** True if a port of this machine can be opened. */
export async function isFree(port: number): Promise<boolean> {
  try {
    await close(await open('127.0.0.1', port));
    return true;
  } catch {
    return false;
  }
}

/** Explains in one line why a port cannot be opened. @throws ConfigurationError, or the error itself if no setting is wrong */
export function refusePort(error: unknown, { owner, host, port, hostVariable, portVariable }: WantedPort): never {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      throw new ConfigurationError(
        `${portVariable}: a free port is required for ${owner}; ${host}:${port} is in use. Stop the process that uses it, or set ${portVariable} to another port.`,
      );
    case 'EACCES':
      throw new ConfigurationError(
        `${portVariable}: use a port that this user may open for ${owner} instead of ${port}`,
      );
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'ENOTFOUND':
      throw new ConfigurationError(`${hostVariable}: use an address of this machine for ${owner} instead of ${host}`);
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
