import { parseArgs } from 'node:util';
import { ConfigurationError } from '#shared/config.ts';

export interface Options {
  /** GraphQL address of a running product; undefined = one of our own, thrown away afterwards. */
  readonly url: string | undefined;
  /** Measured seconds per operation. */
  readonly seconds: number;
  /** Requests in flight at a time. */
  readonly connections: number;
  /** Shipments of the seeded history, when we start the product. */
  readonly shipments: number;
  /** Names of the operations to measure; empty = all. */
  readonly only: readonly string[];
}

const flags = {
  url: { type: 'string' },
  seconds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '8' },
  shipments: { type: 'string', default: '20000' },
  only: { type: 'string', default: '' },
} as const;

/** @throws ConfigurationError that names the flag, what is required and what arrived */
export function readOptions(args: readonly string[]): Options {
  const given = parseFlags(args);
  return {
    url: given.url,
    seconds: wholeNumber('seconds', given.seconds, 600),
    connections: wholeNumber('connections', given.connections, 1_000),
    shipments: wholeNumber('shipments', given.shipments, 500_000),
    only: given.only.split(',').filter((name) => name !== ''),
  };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new ConfigurationError(`${reason} Flags are --${Object.keys(flags).join(', --')}.`);
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new ConfigurationError(`--${name}: a whole number from 1 to ${most} is required; got ${text}`);
}
