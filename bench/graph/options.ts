import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { requestsPerOperation } from './operations.ts';

export interface Options {
  /** GraphQL address of a running product; undefined = one of our own, thrown away afterwards. */
  readonly url: string | undefined;
  /** Measured seconds per operation. */
  readonly seconds: number;
  /** Requests in flight at a time. */
  readonly connections: number;
  /** True: gateway and subgraphs run in processes of their own, as in production. */
  readonly separate: boolean;
  /** Shipments of the seeded history, when we start the product. Several numbers with `slim`. */
  readonly shipments: readonly [number, ...number[]];
  /** True: measures no time, but what the documents of our clients read from histories of several lengths. */
  readonly slim: boolean;
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
      help: 'history of a product that is thrown away (20000); with --slim several, such as 20000,200000',
    },
    slim: {
      type: 'boolean',
      default: false,
      help: 'compares the buffers that each document of our clients reads in histories of several lengths',
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
    connections: wholeNumber('connections', values.connections, 1, requestsPerOperation),
    slim: values.slim,
    shipments: readShipments(values.shipments, values.slim),
    only: values.only.split(',').filter((name) => name !== ''),
  };
}

const mostShipments = 1_000_000;

function readShipments(text: string, slim: boolean): Options['shipments'] {
  const [first = '', ...others] = text.split(',');
  const read = (number: string) => wholeNumber('shipments', number, 1, mostShipments);
  const numbers = [read(first), ...others.map(read)] as const;
  if (slim === numbers.length > 1) return [...numbers];
  const wanted = slim ? 'at least two numbers are required with --slim' : 'one number is required without --slim';
  throw new ConfigurationError(`--shipments: ${wanted}; got ${text}`);
}
