import { ConfigurationError } from '../runtime/config.ts';
import { shownValue } from '../runtime/secrets.ts';

interface SecretUse {
  /** The processes that may have it in production. */
  readonly holders: string;
  /** For operators whose process lacks it. */
  readonly hint: string;
  /** True if its holders start without it. */
  readonly isOptional?: boolean;
}

const secrets = {
  DATABASE_URL: { holders: '`npm run migrate` and `npm start`', hint: 'The embedded database is for development.' },
  DATABASE_ROLE_SECRET: {
    holders: '`npm run migrate` and `npm start`',
    hint: '`openssl rand -hex 32` prints a new one.',
  },
  SUBGRAPH_DATABASE_URL: { holders: 'subgraphs', hint: '`npm run migrate -- --urls` prints that of each subgraph.' },
  ACCESS_SIGNING_KEY: { holders: 'the access subgraph', hint: '`npm run keys` prints new keys.' },
  ACCESS_PUBLIC_KEYS: { holders: 'gateways', hint: '`npm run keys` prints new keys.' },
  API_KEY_SECRET: {
    holders: 'gateways and the access subgraph',
    hint: '`npm run keys` prints a new one.',
  },
  FIELD_KEYS: { holders: 'subgraphs with encrypted columns', hint: '`npm run keys` prints a new one.' },
  BLIND_INDEX_KEY: { holders: 'subgraphs with encrypted columns', hint: '`npm run keys` prints a new one.' },
  IDENTITY_SIGNING_KEY: { holders: 'gateways', hint: '`npm run keys` prints new keys.' },
  IDENTITY_PUBLIC_KEYS: { holders: 'subgraphs', hint: '`npm run keys` prints new keys.' },
  SMTP_URL: { holders: 'the access subgraph', hint: 'Without it no mails are sent.', isOptional: true },
} satisfies Record<string, SecretUse>;

export type Secret = keyof typeof secrets;

/** The secrets of a subgraph with encrypted columns. */
export const fieldSecretNames = ['FIELD_KEYS', 'BLIND_INDEX_KEY'] as const satisfies readonly Secret[];

/** What a process holds in production. */
export interface HeldSecrets {
  readonly required: readonly Secret[];
  /** Secrets that would give this process the rights of another one. */
  readonly refused: readonly Secret[];
}

/**
 * Checks that a production process has its own secrets, no secrets of other processes, and no demo accounts.
 * @throws ConfigurationError with one line per wrong variable
 */
export function requireSecrets(environment: NodeJS.ProcessEnv, { required, refused }: HeldSecrets): void {
  const lines = [...replacedLines(environment)];
  if (environment['NODE_ENV'] === 'production')
    lines.push(
      ...required.filter((name) => !environment[name] && !isOptional(name)).map(describeMissing),
      ...refused.filter((name) => environment[name]).map((name) => describeForeign(name, environment[name])),
      ...demoLines(environment),
    );
  if (lines.length > 0) throw new ConfigurationError(lines.join('\n'));
}

function isOptional(name: Secret): boolean {
  const { isOptional = false }: SecretUse = secrets[name];
  return isOptional;
}

function describeMissing(name: Secret): string {
  return `${name}: not set, but required in production. ${secrets[name].hint}`;
}

function describeForeign(name: Secret, value: string | undefined): string {
  const got = shownValue(name, value);
  return `${name}: in production for ${secrets[name].holders} only; got ${got}. Remove it from this process.`;
}

function demoLines(environment: NodeJS.ProcessEnv): string[] {
  return environment['DEMO_ACCOUNTS'] === 'public'
    ? ['DEMO_ACCOUNTS: use "local" instead of "public" in production, which has no demo accounts']
    : [];
}

/** Refuses a setting of older releases, which would otherwise be ignored. */
function replacedLines(environment: NodeJS.ProcessEnv): string[] {
  return environment['FREIGHT_KEYS']
    ? [
        'FREIGHT_KEYS: replaced by one setting per process. Set IDENTITY_SIGNING_KEY and ACCESS_PUBLIC_KEYS for gateways, IDENTITY_PUBLIC_KEYS for subgraphs, ACCESS_SIGNING_KEY for the access subgraph. `npm run keys` prints new keys. Sessions continue.',
      ]
    : [];
}
