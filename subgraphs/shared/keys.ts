import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ConfigurationError, type SharedConfig } from './config.ts';
import { keptSecret } from './kept-secret.ts';
import { type KeyPair, newKeyPair } from './tokens.ts';

const jwk = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string().optional(),
});
const pair = z.object({ privateJwk: jwk, publicJwk: jwk });
const keyring = z.object({ access: pair, identity: pair });

/**
 * `access` signs the tokens of clients (private half: access subgraph), `identity` those between gateway and subgraphs
 * (private half: gateway).
 */
export interface Keyring {
  readonly access: KeyPair;
  readonly identity: KeyPair;
}

/**
 * The keys of this installation: from `FREIGHT_KEYS` (JSON), else from `keys.json` in the data folder, made there on the
 * first start. Production requires the variable, so that replicas agree.
 */
export async function loadKeyring(dataDir: string, environment: NodeJS.ProcessEnv = process.env): Promise<Keyring> {
  const given = environment['FREIGHT_KEYS'];
  if (given) {
    const parsed = keyring.safeParse(parseJson(given));
    if (parsed.success) return parsed.data;
    throw new ConfigurationError(
      'FREIGHT_KEYS: JSON { access, identity } of Ed25519 JWK pairs is required; got another shape',
    );
  }
  if (environment['NODE_ENV'] === 'production') {
    throw new ConfigurationError('FREIGHT_KEYS: required in production; got nothing');
  }
  const kept = await keptSecret(dataDir, 'keys.json', async () => JSON.stringify(await newKeyring()));
  const parsed = keyring.safeParse(parseJson(kept));
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    `DATA_DIR: ${dataDir}/keys.json with Ed25519 JWK pairs is required; got another shape. Remove the file: new keys are made, and everybody signs in again.`,
  );
}

/** What the passwords of the database roles derive from: DATABASE_ROLE_SECRET, else a secret of this installation. */
export function loadRoleSecret({ roleSecret, dataDir }: SharedConfig): Promise<string> {
  if (roleSecret !== undefined) return Promise.resolve(roleSecret);
  return keptSecret(dataDir, 'database-role-secret', () => randomBytes(32).toString('hex'));
}

async function newKeyring(): Promise<Keyring> {
  return { access: await newKeyPair(), identity: await newKeyPair() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
