import { newApiKeySecret } from '#shared/identity/api-keys.ts';
import { newBlindIndexKey } from '#shared/identity/blind-indexes.ts';
import { newFieldKey } from '#shared/identity/field-keys.ts';
import { newKeyring } from '#shared/identity/keys.ts';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { newComposeSecrets } from './keys/compose-secrets.ts';

const command = {
  call: 'npm run keys --',
  does: 'Prints new keys as settings for each process in production. Nothing is stored: keep the output with your secrets. rotate prints the next values of one secret and what to do with them. rotate-fields seals every encrypted text in the database with the first key of FIELD_KEYS. api-keys counts the API keys by the secret that they need. See docs/runbooks/rotate-keys.md.',
  takes: '[rotate NAME | rotate-fields [SUBGRAPH] | api-keys]',
  options: {
    compose: { type: 'boolean', default: false, help: 'prints the secrets of docker-compose.yml as an .env file' },
    kubernetes: {
      type: 'boolean',
      default: false,
      help: 'prints a Secret of Kubernetes for each process, or for rotate the values as they stand there',
    },
    file: {
      type: 'string',
      value: 'FILE',
      help: 'for rotate: the .env file with the values of today; without it they are in the environment',
    },
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
  const apiKeySecret = newApiKeySecret();
  const setOf = (key: object) => JSON.stringify({ keys: [key] });
  console.log(
    [
      '# subgraphs access, fleet, shipments and risk',
      `FIELD_KEYS=${newFieldKey()}`,
      `BLIND_INDEX_KEY=${newBlindIndexKey()}`,
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
  const [action, name, ...more] = positionals;
  if (more.length > 0 || (action === 'api-keys' && name !== undefined)) throw unknown(positionals);
  requireFitting(action, values);
  switch (action) {
    case undefined:
      if (values.kubernetes) return printKubernetesSecrets();
      return values.compose ? printComposeSecrets() : printProcessKeys();
    case 'rotate': {
      const { printedRotation } = await import('./keys/print-rotation.ts'); // loads every subgraph
      console.log(
        await printedRotation(name ?? '', { file: values.file, form: values.kubernetes ? 'kubernetes' : 'env' }),
      );
      return;
    }
    case 'rotate-fields': {
      const { runRotation } = await import('./keys/rotate-command.ts'); // loads every subgraph
      return runRotation(name);
    }
    case 'api-keys': {
      const { printApiKeys } = await import('./keys/rotate-command.ts');
      return printApiKeys();
    }
    default:
      throw unknown(positionals);
  }
}

/** @throws ConfigurationError for an option that would have no effect */
function requireFitting(
  action: string | undefined,
  given: { readonly compose: boolean; readonly kubernetes: boolean; readonly file?: string | undefined },
): void {
  if (given.compose && given.kubernetes)
    throw new ConfigurationError('--compose and --kubernetes exclude each other: give one of them.');
  if (given.compose && action !== undefined)
    throw new ConfigurationError(`--compose has no effect on ${action}: remove it.`);
  if (given.kubernetes && action !== undefined && action !== 'rotate')
    throw new ConfigurationError(`--kubernetes has no effect on ${action}: remove it.`);
  if (given.file !== undefined && action !== 'rotate')
    throw new ConfigurationError('--file is for `rotate NAME` only: remove it.');
}

function unknown(positionals: readonly string[]): ConfigurationError {
  return needs('npm run keys', 'rotate NAME, rotate-fields, api-keys or nothing', positionals.join(' '));
}

try {
  await run();
} catch (error) {
  exitWith(error);
}
