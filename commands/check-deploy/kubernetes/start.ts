import { newComposeSecrets } from '../../keys/compose-secrets.ts';
import { secretsFor } from '../../keys/kubernetes-secrets.ts';
import { type ProductProcess, secretsOf } from '../product-processes.ts';
import { type Environment, findStartFaults } from '../start-faults.ts';
import type { Variable } from './environment.ts';

/** Valid secrets, as `npm run keys` makes them, once for this process: nothing depends on which ones they are. */
const made = await newComposeSecrets('postgres-rw');
/** Addresses that operators keep as secrets. */
const addresses: Environment = { SMTP_URL: 'smtp://mail.example:587', REDIS_URL: 'rediss://redis.example:6379' };

/** Lets a process read the whole environment of its container, as at its start. */
export function* checkStart(process: ProductProcess, variables: readonly Variable[]): Iterable<string> {
  const { required, refused } = secretsOf(process);
  const secrets: readonly string[] = [...required, ...refused];
  for (const { name, value, source } of variables) {
    if (source === 'config' && value === undefined) yield `${name}: its ConfigMap has no such key`;
    if ((source === 'config' || source === 'value') && secrets.includes(name))
      yield `${name}: a secret must come from a Secret`;
  }
  yield* findStartFaults(process, environmentWith(process, variables));
}

/** @returns values for everything: of a Secret that operators create by hand, all secrets of the process are expected */
function environmentWith(process: ProductProcess, variables: readonly Variable[]): Environment {
  const own = secretsFor(process, made);
  const pairs = variables.flatMap(({ name, value, source }) => {
    if (source === 'unknown') return Object.entries(own);
    if (source === 'secret') return [[name, own[name] ?? addresses[name] ?? 'given']];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(pairs);
}
