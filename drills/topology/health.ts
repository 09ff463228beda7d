import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { type ComposeService, isProduct } from './compose-file.ts';
import type { Translate } from './paths.ts';

const execute = promisify(execFile);
const timeoutMs = 2_000;

/** How to find out whether a service is healthy: an HTTP address, a command that succeeds, an open port, or the end of its process. */
export type Health =
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'command'; readonly file: string; readonly args: readonly string[] }
  | { readonly kind: 'port'; readonly host: string; readonly port: number }
  | { readonly kind: 'exit' };

/**
 * The health check of docker-compose.yml, at the address of the service and with the paths of this machine. A process of the product has that of
 * the Dockerfile, commands/healthcheck.ts, whose question is asked here without a process of its own.
 */
export function healthOf(service: ComposeService, address: string, translate: Translate): Health {
  const { test } = service.healthcheck ?? {};
  const port = service.environment['PORT'];
  if (isProduct(service) && port) return { kind: 'http', url: `http://${address}:${port}/health` };
  if (test === undefined) return { kind: 'exit' };
  const [form, ...words] = typeof test === 'string' ? ['CMD-SHELL', test] : test;
  const here = words.map((word) => translate(word).replaceAll('127.0.0.1', address));
  const [file = '', ...args] = form === 'CMD-SHELL' ? ['sh', '-c', ...here] : here;
  // This machine may lack the client of the image.
  const url = file === 'wget' ? args.at(-1) : undefined;
  return url === undefined ? { kind: 'command', file, args } : { kind: 'http', url };
}

/** Asks a service that should run. @param environment of the service, for a command */
export async function answers(
  health: Exclude<Health, { kind: 'exit' }>,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  if (health.kind === 'port') return isOpen(health.host, health.port);
  if (health.kind === 'http') return isServed(health.url);
  return execute(health.file, health.args, { env: environment, timeout: timeoutMs }).then(
    () => true,
    () => false,
  );
}

const isServed = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).then(
    ({ ok }) => ok,
    () => false,
  );

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
