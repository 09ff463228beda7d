import { randomBytes } from 'node:crypto';
import { newFieldKey } from '#shared/identity/field-keys.ts';
import { newKeyring } from '#shared/identity/keys.ts';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { newComposeSecrets } from './keys/compose-secrets.ts';

const command = {
  call: 'npm run keys --',
  does: 'Prints new keys as settings for each process in production. Nothing is stored: keep the output with your secrets. rotate-fields seals every encrypted text in the database with the first key of FIELD_KEYS: see docs/runbooks/rotate-keys.md.',
  takes: '[rotate-fields [SUBGRAPH]]',
  options: {
    compose: { type: 'boolean', default: false, help: 'prints the secrets of docker-compose.yml as an .env file' },
    kubernetes: { type: 'boolean', default: false, help: 'prints a Secret of Kubernetes for each process' },
  },
} as const;

async function printComposeSecrets(): Promise<void> {
  for (const [name, value] of Object.entries(await newComposeSecrets())) console.log(`${name}='${value}'`);
}

async function printKubernetesSecrets(): Promise<void> {
  const { newKubernetesSecrets } = await import('./keys/kubernetes-secrets.ts'); // loads every subgraph
  process.stdout.write(await newKubernetesSecrets());
}

async function printProcessKeys(): Promise<void> {
  const { access, identity } = await newKeyring();
  const apiKeySecret = randomBytes(32).toString('hex');
  const setOf = (key: object) => JSON.stringify({ keys: [key] });
  console.log(
    [
      '# subgraphs access, fleet, shipments and risk',
      `FIELD_KEYS=${newFieldKey()}`,
      `BLIND_INDEX_KEY=${randomBytes(32).toString('hex')}`,
      '# access subgraph',
      `ACCESS_SIGNING_KEY='${JSON.stringify(access.privateJwk)}'`,
      `API_KEY_SECRET=${apiKeySecret}`,
      '# gateways',
      `IDENTITY_SIGNING_KEY='${JSON.stringify(identity.privateJwk)}'`,
      `ACCESS_PUBLIC_KEYS='${setOf(access.publicJwk)}'`,
      `API_KEY_SECRET=${apiKeySecret}`,
      '# subgraphs, access among them',
      `IDENTITY_PUBLIC_KEYS='${setOf(identity.publicJwk)}'`,
    ].join('\n'),
  );
}

async function run(): Promise<void> {
  const { values, positionals } = readCommandLine(command);
  const [action, subgraph, ...more] = positionals;
  if (action === undefined && values.kubernetes) return printKubernetesSecrets();
  if (action === undefined) return values.compose ? printComposeSecrets() : printProcessKeys();
  if (action !== 'rotate-fields' || more.length > 0)
    throw new ConfigurationError(`rotate-fields or nothing is required; got ${positionals.join(' ')}`);
  const { runRotation } = await import('./keys/rotate-command.ts'); // loads every subgraph
  return runRotation(subgraph);
}

try {
  await run();
} catch (error) {
  exitWith(error);
}
