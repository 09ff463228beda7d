import { stringify } from 'yaml';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { type ProductProcess, secretsOf } from '../check-deploy/product-processes.ts';
import { newComposeSecrets } from './compose-secrets.ts';

/** The Service of CloudNativePG that leads to the primary. */
const host = 'postgres-rw';

/** Makes the Secret of each process, for a cluster without a store of secrets. */
export async function newKubernetesSecrets(): Promise<string> {
  const made = await newComposeSecrets(host);
  const processes: readonly ProductProcess[] = [
    { kind: 'gateway' },
    { kind: 'migrate' },
    ...readSupergraphYaml().map(({ name }) => ({ kind: 'subgraph', name }) as const),
  ];
  const secrets = processes.map((process) => secretOf(nameOf(process), secretsFor(process, made)));
  const administrator = { username: 'postgres', password: made['POSTGRES_PASSWORD'] };
  const monitor = { username: 'monitor', password: made['MONITOR_PASSWORD'] };
  return [
    ...secrets,
    secretOf('postgres-superuser', administrator, 'kubernetes.io/basic-auth'),
    secretOf('postgres-monitor', monitor, 'kubernetes.io/basic-auth'),
  ]
    .map((secret) => stringify(secret, { version: '1.1', lineWidth: 0 }))
    .join('---\n');
}

const nameOf = (process: ProductProcess): string => (process.kind === 'subgraph' ? process.name : process.kind);

/** The secrets of one process by the names of its settings. @param made those of all processes, by the names of docker-compose.yml */
export function secretsFor(process: ProductProcess, made: Readonly<Record<string, string>>): Record<string, string> {
  const given: Readonly<Record<string, string | undefined>> = {
    ...made,
    DATABASE_URL: `postgres://postgres:${made['POSTGRES_PASSWORD']}@${host}:5432/postgres`,
    SUBGRAPH_DATABASE_URL: made[`${nameOf(process).toUpperCase()}_DATABASE_URL`],
  };
  return Object.fromEntries(
    secretsOf(process).required.flatMap((secret) => (given[secret] ? [[secret, given[secret]]] : [])),
  );
}

const secretOf = (name: string, stringData: object, type = 'Opaque') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  type,
  stringData,
});
