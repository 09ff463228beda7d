import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';

export interface Options {
  /** GraphQL address of a running product; undefined = one of our own, thrown away afterwards. */
  readonly url: string | undefined;
  /** Measured seconds per operation. */
  readonly seconds: number;
  /** Requests in flight at a time. */
  readonly connections: number;
  /** True: gateway and subgraphs run in processes of their own, as in production. */
  readonly separate: boolean;
  /** Shipments of the seeded history, when we start the product. */
  readonly shipments: number;
  /** Names of the operations to measure; empty = all. */
  readonly only: readonly string[];
}

const command = {
  call: 'npm run bench:graph --',
  does: 'Requests per second and p95 of typical operations through the gateway on the seeded product. See bench/graph/README.md.',
  options: {
    url: {
      type: 'string',
      value: 'URL',
      help: 'GraphQL address of a running product; by default the bench starts a temporary one',
    },
    seconds: { type: 'string', value: 'NUMBER', default: '5', help: 'measured per operation (5)' },
    connections: { type: 'string', value: 'NUMBER', default: '8', help: 'requests in flight at a time (8)' },
    shipments: {
      type: 'string',
      value: 'NUMBER',
      default: '20000',
      help: 'history of a product that is thrown away (20000)',
    },
    separate: { type: 'boolean', default: false, help: 'gateway and subgraphs in processes of their own' },
    only: { type: 'string', value: 'A,B', default: '', help: 'names of the operations to measure; all otherwise' },
  },
} as const;

/** @throws ConfigurationError for an invalid option */
export function readOptions(args: readonly string[]): Options {
  const { values } = readCommandLine(command, args);
  return {
    url: values.url,
    separate: values.separate,
    seconds: wholeNumber('seconds', values.seconds, 1, 600),
    connections: wholeNumber('connections', values.connections, 1, 1_000),
    shipments: wholeNumber('shipments', values.shipments, 1, 500_000),
    only: values.only.split(',').filter((name) => name !== ''),
  };
}
