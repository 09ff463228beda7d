import { ConfigurationError } from '../runtime/config.ts';
import { shownValue } from '../runtime/secrets.ts';

/** Secrets, the processes that may hold them in production, and where an operator gets them. */
const secrets = {
  DATABASE_URL: { holders: '`npm run migrate` and `npm start`', hint: 'The embedded database is for development.' },
  DATABASE_ROLE_SECRET: {
    holders: '`npm run migrate` and `npm start`',
    hint: '`openssl rand -hex 32` prints a new one.',
  },
  SUBGRAPH_DATABASE_URL: { holders: 'subgraphs', hint: '`npm run migrate -- --urls` prints that of each subgraph.' },
  ACCESS_SIGNING_KEY: { holders: 'the access subgraph', hint: '`npm run keys` prints new keys.' },
  ACCESS_PUBLIC_KEYS: { holders: 'gateways', hint: '`npm run keys` prints new keys.' },
  IDENTITY_SIGNING_KEY: { holders: 'gateways', hint: '`npm run keys` prints new keys.' },
  IDENTITY_PUBLIC_KEYS: { holders: 'subgraphs', hint: '`npm run keys` prints new keys.' },
} as const;

export type Secret = keyof typeof secrets;

interface HeldSecrets {
  readonly required: readonly Secret[];
  /** Those that would give this process the power of another. */
  readonly refused: readonly Secret[];
}

/**
 * In production a process is given its own secrets, holds none of another process, and lets nobody in with a password
 * that everybody knows.
 * @throws ConfigurationError with one line for each variable at fault
 */
export function requireSecrets(environment: NodeJS.ProcessEnv, { required, refused }: HeldSecrets): void {
  const lines = [...replacedLines(environment)];
  if (environment['NODE_ENV'] === 'production')
    lines.push(
      ...required.filter((name) => !environment[name]).map(lineOfMissing),
      ...refused.filter((name) => environment[name]).map((name) => lineOfForeign(name, environment[name])),
      ...demoLines(environment),
    );
  if (lines.length > 0) throw new ConfigurationError(lines.join('\n'));
}

function lineOfMissing(name: Secret): string {
  return `${name}: required in production; got nothing. ${secrets[name].hint}`;
}

function lineOfForeign(name: Secret, value: string | undefined): string {
  const got = shownValue(name, value);
  return `${name}: in production for ${secrets[name].holders} only; got ${got}. Remove it from this process.`;
}

function demoLines(environment: NodeJS.ProcessEnv): string[] {
  return environment['DEMO_ACCOUNTS'] === 'public'
    ? ['DEMO_ACCOUNTS: "local" is required in production, which has no demo accounts; got "public"']
    : [];
}

/** A setting of older releases, which would be ignored otherwise. */
function replacedLines(environment: NodeJS.ProcessEnv): string[] {
  return environment['FREIGHT_KEYS']
    ? [
        'FREIGHT_KEYS: one setting per process has replaced it: IDENTITY_SIGNING_KEY and ACCESS_PUBLIC_KEYS for gateways, IDENTITY_PUBLIC_KEYS for subgraphs, ACCESS_SIGNING_KEY for the access subgraph. `npm run keys` prints new keys; sessions go on.',
      ]
    : [];
}
