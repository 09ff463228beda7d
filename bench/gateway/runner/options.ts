import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { needs } from '#shared/runtime/config.ts';
import { contenders, isPresent } from './contenders.ts';
import { workloads } from './workloads.ts';

const exitOnSigterm = new URL('../hosts/exit-on-sigterm.ts', import.meta.url).href;

const number = { type: 'string', value: 'NUMBER' } as const;
const command = {
  call: 'npm run bench:gateway --',
  does: "The public gateway benchmark's workload: ours beside its peers and the floors. See bench/gateway/README.md.",
  options: {
    seconds: { ...number, default: '5', help: 'length of one measurement (5)' },
    warmup: {
      ...number,
      default: '2',
      help: 'load before the first measurement: up to five slices of so many seconds, until 3,000 responses (2)',
    },
    rounds: { ...number, default: '3', help: 'measurements of each gateway and workload, interleaved (3)' },
    connections: { ...number, default: '50', help: 'requests in flight at a time (50)' },
    only: { type: 'string', value: 'A,B', help: `of ${contenders.map(({ name }) => name).join(', ')}` },
    workloads: { type: 'string', value: 'A,B', help: `of ${workloads.map(({ name }) => name).join(', ')}` },
    cores: {
      type: 'string',
      value: 'A,B',
      default: '0,1',
      help: "the gateway's core and the core of load and subgraphs (0,1)",
    },
    'cpu-prof': {
      type: 'string',
      value: 'FOLDER',
      writes: 'folder',
      help: 'each gateway writes a CPU profile there when it ends',
    },
    'node-flags': {
      type: 'string',
      value: 'FLAGS',
      default: '',
      help: 'further flags of every gateway, separated by blanks',
    },
    install: {
      type: 'boolean',
      default: false,
      help: 'installs the peers first (npm ci --prefix bench/gateway/peers)',
    },
  },
} as const;

export type Options = ReturnType<typeof readOptions>;

/** @throws ConfigurationError for an invalid option */
export function readOptions(argv: readonly string[]) {
  const { values } = readCommandLine(command, argv);
  const [gatewayCore, loadCore] = values.cores.split(',').map(Number);
  return {
    seconds: wholeNumber('seconds', values.seconds, 1, 600),
    warmup: wholeNumber('warmup', values.warmup, 0, 600),
    rounds: wholeNumber('rounds', values.rounds, 1, 1_000),
    connections: wholeNumber('connections', values.connections, 1, 10_000),
    contenders: pick('only', contenders, values.only).filter((contender) => values.only || isPresent(contender)),
    workloads: pick('workloads', workloads, values.workloads),
    gatewayCore: gatewayCore!,
    loadCore: loadCore!,
    nodeFlags: [
      ...values['node-flags'].split(' ').filter(Boolean),
      ...(values['cpu-prof'] ? ['--cpu-prof', `--cpu-prof-dir=${values['cpu-prof']}`, '--import', exitOnSigterm] : []),
    ],
    install: values.install,
  };
}

function pick<T extends { name: string }>(option: string, all: readonly T[], names: string | undefined): readonly T[] {
  if (names === undefined) return all;
  const wanted = names.split(',');
  const unknown = wanted.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0)
    throw needs(`--${option}`, `names among ${all.map(({ name }) => name).join(', ')}`, unknown.join(', '));
  return all.filter(({ name }) => wanted.includes(name));
}
