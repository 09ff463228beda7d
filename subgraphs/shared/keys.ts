import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError, ensureFolder } from './config.ts';
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
  const file = join(ensureFolder(dataDir), 'keys.json');
  if (existsSync(file)) return keyring.parse(parseJson(readFileSync(file, 'utf8')));
  const made: Keyring = { access: await newKeyPair(), identity: await newKeyPair() };
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
