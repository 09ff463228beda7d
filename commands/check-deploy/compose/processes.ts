import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { isProduct } from '../../../drills/topology/compose-file.ts';
import { endingMs } from '../ending.ts';
import { processOf } from '../product-processes.ts';
import { findStartFaults } from '../start-faults.ts';
import { type Placed, servicesOf } from './composition.ts';

/** A process of the product starts with its settings, on the port where it is called, and has the time to end. */
export function* checkProcess({ service, composition }: Placed): Iterable<string> {
  if (!isProduct(service)) return;
  const process = processOf(service.command);
  if (!process) {
    yield `the command "${service.command.join(' ')}" is none of the image`;
    return;
  }
  const { environment } = service;
  yield* findStartFaults(process, environment);
  if (process.kind === 'subgraph') yield* checkSubgraphPort(process.name, environment);
  if (process.kind === 'gateway') {
    const gateways = servicesOf(composition).filter(([, { command }]) => processOf(command)?.kind === 'gateway').length;
    if (environment['REPLICAS'] !== String(gateways))
      yield `REPLICAS is ${environment['REPLICAS'] ?? 'missing'}: there are ${gateways} gateways. Set it to ${gateways}.`;
  }
  const neededSeconds = endingMs(process, (name) => environment[name]) / 1_000;
  const graceSeconds = Number(/^(\d+)s$/.exec(service.stop_grace_period ?? '10s')?.[1]);
  if (neededSeconds >= graceSeconds || Number.isNaN(graceSeconds))
    yield `stop_grace_period is ${graceSeconds} s, but drain and closing may take ${neededSeconds} s: set a longer one.`;
}

function* checkSubgraphPort(name: string, { PORT = 'nothing' }: Readonly<Record<string, string>>): Iterable<string> {
  const entry = readSupergraphYaml().find((one) => one.name === name);
  const port = entry && new URL(entry.url).port;
  if (!entry) yield `command: supergraph.yaml has no subgraph ${name}`;
  else if (PORT !== port)
    yield `PORT is ${PORT}, but gateways look for it at port ${port} of supergraph.yaml: make them equal.`;
}
