import { errorMessage } from '#shared/errors/error-code.ts';
import { isLoopback } from '#shared/runtime/loopback.ts';
import { readSupergraphYaml, subgraphPorts } from '#shared/runtime/supergraph-yaml.ts';
import { readSubgraphConfig } from '#shared/settings/subgraph-config.ts';
import { readServerConfig } from '../../gateway/read-config.ts';
import { readAccessConfig } from '../../subgraphs/access/config.ts';
import { readMigrateConfig } from '../migrate-config.ts';
import { findSecretFaults, knowsSetting, type ProductProcess, secretsOf } from './product-processes.ts';

export type Environment = Readonly<Record<string, string>>;

/** What the image sets, as far as processes read it; `checkDockerfile` requires it. */
const imageEnvironment: Environment = { HOST: '0.0.0.0', ADMIN_HOST: '0.0.0.0' };

/** Lets a process read its whole environment, as at its start. @returns a line for each setting that is at fault */
export function findStartFaults(process: ProductProcess, given: Environment): readonly string[] {
  const environment = { ...imageEnvironment, ...given };
  const unknown = Object.keys(given).filter((setting) => !knowsSetting(process, setting));
  return [
    ...unknown.map((setting) => `${process.kind} has no setting ${setting}`),
    ...new Set([
      ...findSecretFaults(process, environment),
      ...findProductionFaults(environment),
      ...linesThrownBy(() => readConfiguration(process, environment)),
      ...(process.kind === 'gateway' ? findAddressFaults(environment) : []),
    ]),
  ];
}

function readConfiguration(process: ProductProcess, environment: Environment): void {
  if (process.kind === 'gateway') readServerConfig([], environment);
  else if (process.kind === 'migrate') readMigrateConfig(environment);
  else {
    readSubgraphConfig(secretsOf(process).required, environment);
    if (process.name === 'access') readAccessConfig(environment);
  }
}

function* findProductionFaults({ NODE_ENV, HOST = '', ADMIN_HOST = '' }: Environment): Iterable<string> {
  if (NODE_ENV !== 'production') yield `NODE_ENV is ${NODE_ENV ?? 'missing'}: set it to production.`;
  for (const [name, host] of Object.entries({ HOST, ADMIN_HOST }))
    if (isLoopback(host)) yield `${name} is ${host}, which other containers do not reach: set it to 0.0.0.0.`;
}

/** A gateway finds every subgraph at its name and port, and knows the networks of staff. */
function* findAddressFaults(environment: Environment): Iterable<string> {
  const ports = subgraphPorts();
  for (const { name } of readSupergraphYaml()) {
    const setting = `SUBGRAPH_URL_${name.toUpperCase()}`;
    const wanted = `http://${name}:${ports.get(name)}/graphql`;
    const got = environment[setting] ?? 'missing';
    if (got !== wanted) yield `${setting} is ${got}: set it to ${wanted}.`;
  }
  if (!environment['STAFF_NETWORKS'])
    yield 'STAFF_NETWORKS is missing: staff could administer from everywhere. Set the networks of staff.';
}

function linesThrownBy(read: () => void): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return errorMessage(error).split('\n');
  }
}
