import { setTimeout as sleep } from 'node:timers/promises';
import { createGraphClient } from '../../client/graph-client.ts';
import { demoCredentials } from '../accounts.ts';
import { driveUntilStopped } from './loop.ts';

const dispatcher = demoCredentials('dispatcher');

export interface SimulatorOptions {
  /** GraphQL address of the gateway. */
  readonly url: string;
  readonly signal: AbortSignal;
  /** An account that may read shipments and report positions. The demo dispatcher by default. */
  readonly email?: string;
  readonly password?: string;
  /** A code of the second factor for each sign-in, if the account has one. */
  readonly code?: () => string;
  /** How many times faster than the clock the trucks drive. 1 by default, so that speeds and distances agree. */
  readonly speedup?: number;
  readonly log?: (line: string) => void;
  readonly clock?: () => Date;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Drives the vehicles of open shipments along their lanes and reports their positions through the public graph. Waits
 * for a gateway that is down. Resolves when the signal aborts.
 */
export async function startSimulator({
  url,
  signal,
  email = dispatcher.email,
  password = dispatcher.password,
  code,
  speedup = 1,
  log = () => {},
  clock = () => new Date(),
  wait = pause,
}: SimulatorOptions): Promise<void> {
  // The loop never gives up, so it waits itself.
  const client = createGraphClient({
    url,
    account: { email, password, code },
    attempts: 1,
    timeoutMs: 20_000,
    signal,
    clock,
  });
  await driveUntilStopped({ client, signal, speedup, log, clock, wait });
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // An abort ends the pause early and is no error.
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
