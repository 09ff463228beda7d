import { parseEnv } from 'node:util';
import { stringify } from 'yaml';
import { readGivenFile } from '#shared/runtime/given-files.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { secretsOf } from '../check-deploy/product-processes.ts';
import { rotationOf, type Settings } from './next-values.ts';

export interface RotationOptions {
  /** An .env file with the values of today, which then come from nowhere else; absent: they are in the environment. */
  readonly file: string | undefined;
  readonly form: 'env' | 'kubernetes';
}

/** The steps of a rotation as text: comments say what to do, the rest are the values. @throws ConfigurationError */
export async function printedRotation(name: string, { file, form }: RotationOptions): Promise<string> {
  const settings: Settings = file === undefined ? process.env : parseEnv(readGivenFile('--file', file));
  const steps = await rotationOf(name, settings);
  const printed = steps.map(({ does, values }, at) => [
    `# ${at + 1}. ${does}`,
    ...(form === 'env' ? inEnv(values) : inSecrets(values)),
  ]);
  return [
    `# Rotation of ${name}: see docs/runbooks/rotate-keys.md. Keep this output with your secrets until the last step.`,
    ...printed.flat(),
  ].join('\n');
}

function inEnv(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `${name}='${value}' # ${holdersOf(name).join(', ')}`);
}

/** The values as they stand in the Secret of each holder. */
function inSecrets(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const setting = subgraphOfUrl(name) === undefined ? name : 'SUBGRAPH_DATABASE_URL';
    return [
      `# In the Secret of ${holdersOf(name).join(', ')}:`,
      stringify({ stringData: { [setting]: value } }, { lineWidth: 0 }).trimEnd(),
    ];
  });
}

/** The subgraph of a setting of docker-compose.yml, such as ACCESS_DATABASE_URL. */
function subgraphOfUrl(name: string): string | undefined {
  return readSupergraphYaml().find((subgraph) => name === `${subgraph.name.toUpperCase()}_DATABASE_URL`)?.name;
}

/** The processes that have a secret. */
function holdersOf(name: string): string[] {
  const owner = subgraphOfUrl(name);
  if (owner !== undefined) return [owner];
  const subgraphs = readSupergraphYaml().map((subgraph) => ({ kind: 'subgraph', name: subgraph.name }) as const);
  return [
    ...([{ kind: 'gateway' }, { kind: 'migrate' }] as const)
      .filter((process) => holds(process, name))
      .map(({ kind }) => kind),
    ...subgraphs.filter((process) => holds(process, name)).map((process) => process.name),
  ];
}

const holds = (process: Parameters<typeof secretsOf>[0], name: string): boolean =>
  secretsOf(process).required.some((secret) => secret === name);
