import { parseArgs } from 'node:util';
import { contenders, isPresent } from './contenders.ts';
import { workloads } from './workloads.ts';

const exitOnSigterm = new URL('../hosts/exit-on-sigterm.ts', import.meta.url).href;

const usage = `node bench/gateway/run.ts [options]
  --seconds N      length of one measurement (5)
  --warmup N       load before the first measurement of each gateway and workload: slices of so many seconds, up to five, until
                   3,000 requests were answered (2)
  --rounds N       measurements of each gateway and workload, interleaved (3)
  --connections N  (50)
  --only A,B       of ${contenders.map(({ name }) => name).join(', ')}
  --workloads A,B  of ${workloads.map(({ name }) => name).join(', ')}
  --cores A,B      the gateway's core and the core of load and subgraphs (0,1)
  --cpu-prof DIR   let each gateway write a CPU profile there when it ends
  --node-flags F   further flags for every gateway, separated by blanks
  --install        install the peers first (npm ci --prefix bench/gateway/peers)`;

export type Options = ReturnType<typeof readOptions>;

export function readOptions(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seconds: { type: 'string', default: '5' },
      warmup: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '50' },
      only: { type: 'string' },
      workloads: { type: 'string' },
      cores: { type: 'string', default: '0,1' },
      'cpu-prof': { type: 'string' },
      'node-flags': { type: 'string', default: '' },
      install: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const [gatewayCore, loadCore] = values.cores.split(',').map(Number);
  return {
    seconds: Number(values.seconds),
    warmup: Number(values.warmup),
    rounds: Number(values.rounds),
    connections: Number(values.connections),
    contenders: pick(contenders, values.only).filter((contender) => values.only || isPresent(contender)),
    workloads: pick(workloads, values.workloads),
    gatewayCore: gatewayCore!,
    loadCore: loadCore!,
    nodeFlags: [
      ...values['node-flags'].split(' ').filter(Boolean),
      ...(values['cpu-prof'] ? ['--cpu-prof', `--cpu-prof-dir=${values['cpu-prof']}`, '--import', exitOnSigterm] : []),
    ],
    install: values.install,
  };
}

function pick<T extends { name: string }>(all: readonly T[], names: string | undefined): readonly T[] {
  if (names === undefined) return all;
  const wanted = names.split(',');
  const unknown = wanted.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}\n${usage}`);
  return all.filter(({ name }) => wanted.includes(name));
}
