import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../input/parse-json.ts';
import { ConfigurationError } from '../runtime/config.ts';
import { keptSecret } from './kept-secret.ts';
import type { SecretList } from './key-settings.ts';
import { type KeyPair, newKeyPair, type PublicKeys, withKeyId } from './tokens.ts';

const jwk = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string().optional(),
});
const pair = z.object({ privateJwk: jwk, publicJwk: jwk });
const keyring = z.object({ access: pair, identity: pair });

/** `access` keys sign the access tokens of clients, `identity` keys the identity tokens for subgraphs. */
export type KeyUse = 'access' | 'identity';

/** Both key pairs, for the product in one process. */
export type Keyring = Readonly<Record<KeyUse, KeyPair>>;

/** The source of the keys of a process. */
export interface KeySource<K> {
  /** From the settings. */
  readonly given: K | undefined;
  /** Folder with the keys of this installation, outside production. */
  readonly dataDir: string;
}

/** Loads the private half, for the access subgraph (`access`) or a gateway (`identity`). */
export async function loadSigningKey(use: KeyUse, { given, dataDir }: KeySource<KeyPair>): Promise<KeyPair> {
  return given ?? (await loadKeyring(dataDir))[use];
}

/** Loads the public halves, for gateways (`access`) and subgraphs (`identity`). */
export async function loadPublicKeys(use: KeyUse, { given, dataDir }: KeySource<PublicKeys>): Promise<PublicKeys> {
  return given ?? [(await loadKeyring(dataDir))[use].publicJwk];
}

/** Loads the keys of this installation from `keys.json` in the data folder. The first start outside production creates them. */
export async function loadKeyring(dataDir: string): Promise<Keyring> {
  const kept = await keptSecret(dataDir, 'keys.json', async () => JSON.stringify(await newKeyring()));
  const { data } = keyring.safeParse(parseJson(kept));
  // Older releases wrote keys without ids.
  if (data) return { access: await withKeyId(data.access), identity: await withKeyId(data.identity) };
  throw new ConfigurationError(
    `DATA_DIR: ${dataDir}/keys.json does not contain Ed25519 JWK pairs. Remove the file. The next start creates new keys, and all accounts must sign in again.`,
  );
}

export async function newKeyring(): Promise<Keyring> {
  return { access: await newKeyPair(), identity: await newKeyPair() };
}

/** Loads the secrets under which API keys are hashed: API_KEY_SECRET, or that of this installation. */
export async function loadApiKeySecrets({ given, dataDir }: KeySource<SecretList>): Promise<SecretList> {
  return given ?? [await keptSecret(dataDir, 'api-key-secret', () => randomBytes(32).toString('hex'))];
}

/** Loads the secret under which new API keys are hashed. */
export async function loadApiKeySecret(source: KeySource<SecretList>): Promise<string> {
  const [first] = await loadApiKeySecrets(source);
  return first;
}

/** Loads the secrets of blind indexes: BLIND_INDEX_KEY, or that of this installation. */
export async function loadBlindIndexKeys({ given, dataDir }: KeySource<SecretList>): Promise<SecretList> {
  return given ?? [await keptSecret(dataDir, 'blind-index-key', () => randomBytes(32).toString('hex'))];
}

/** Loads the secret from which the passwords of the database roles derive: DATABASE_ROLE_SECRET, or that of this installation. */
export function loadRoleSecret({
  roleSecret,
  dataDir,
}: {
  readonly roleSecret: string | undefined;
  readonly dataDir: string;
}): Promise<string> {
  if (roleSecret !== undefined) return Promise.resolve(roleSecret);
  return keptSecret(dataDir, 'database-role-secret', () => randomBytes(32).toString('hex'));
}
