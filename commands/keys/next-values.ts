import { randomBytes } from 'node:crypto';
import { databaseName, roleUrl } from '#shared/database/provision.ts';
import { newApiKeySecret, secretIdOf } from '#shared/identity/api-keys.ts';
import { newBlindIndexKey } from '#shared/identity/blind-indexes.ts';
import { newFieldKey } from '#shared/identity/field-keys.ts';
import { newKeyPair } from '#shared/identity/tokens.ts';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';

export type Settings = Readonly<Record<string, string | undefined>>;

/** One step of a rotation: new values, and what the operator does with them. */
export interface RotationStep {
  readonly does: string;
  /** The new values, by setting. */
  readonly values: Readonly<Record<string, string>>;
}

type Rotation = (settings: Settings) => Promise<readonly RotationStep[]>;

const restart = 'restart its holders one by one.';
const knowNew = `Set this and ${restart} All of them then know the new key, before the first one uses it.`;
const useNew = `Then set this and ${restart} They use the new key, and still accept the old one.`;

/** What each secret rotates to. */
const rotations = {
  API_KEY_SECRET: (settings) =>
    listSteps(
      'API_KEY_SECRET',
      settings,
      newApiKeySecret(),
      'Each API key that is used gets a hash under the new secret. `npm run keys -- api-keys` prints how many keys still need the old one: those that were not used, and those whose requests are signed with a secret, which their owners rotate (`rotateApiKey`). When none does, or when the others may end',
    ),
  FIELD_KEYS: (settings) =>
    listSteps(
      'FIELD_KEYS',
      settings,
      newFieldKey(),
      'Run `npm run keys -- rotate-fields` with the value of step 2. When it says that no text needs the old key',
    ),
  BLIND_INDEX_KEY: async (settings) => indexSteps(settings),
  ACCESS_SIGNING_KEY: (settings) => pairSteps('ACCESS_SIGNING_KEY', 'ACCESS_PUBLIC_KEYS', settings, 15),
  IDENTITY_SIGNING_KEY: (settings) => pairSteps('IDENTITY_SIGNING_KEY', 'IDENTITY_PUBLIC_KEYS', settings, 6),
  DATABASE_ROLE_SECRET: async (settings) => roleSteps(settings),
} satisfies Readonly<Record<string, Rotation>>;

export type RotatedSecret = keyof typeof rotations;
export const rotatedSecrets = Object.keys(rotations);

/**
 * Makes a new key and returns the values of every step of its rotation.
 * @throws ConfigurationError if `name` is no secret that rotates, or a setting is missing
 */
export async function rotationOf(name: string, settings: Settings): Promise<readonly RotationStep[]> {
  if (isRotated(name)) return rotations[name](settings);
  throw needs('rotate', `one of ${rotatedSecrets.join(', ')}`, name);
}

function isRotated(name: string): name is RotatedSecret {
  return Object.hasOwn(rotations, name);
}

function requireValue(name: string, settings: Settings): string {
  const value = settings[name];
  if (value) return value;
  throw new ConfigurationError(
    `${name} is missing. Its value of today must be in the environment or in the file of --file.`,
  );
}

/** The first key of the list writes, and all of them read. */
async function listSteps(
  name: string,
  settings: Settings,
  made: string,
  whenDone: string,
): Promise<readonly RotationStep[]> {
  const [current = '', ...former] = requireValue(name, settings).split(',');
  if (former.length > 0)
    throw new ConfigurationError(
      `${name} has ${former.length + 1} keys. End the last rotation first, so that it has one.`,
    );
  return [
    { does: knowNew, values: { [name]: `${current},${made}` } },
    { does: useNew, values: { [name]: `${made},${current}` } },
    { does: `${whenDone}, set this and ${restart}`, values: { [name]: made } },
  ];
}

/** Indexes under a key are made from those under the key before it, so no key is removed. */
function indexSteps(settings: Settings): readonly RotationStep[] {
  const name = 'BLIND_INDEX_KEY';
  const current = requireValue(name, settings);
  const made = newBlindIndexKey();
  const isNewest = current.split(',').every((secret) => (secretIdOf(secret.trim()) ?? '') < (secretIdOf(made) ?? ''));
  if (!isNewest)
    throw new ConfigurationError(
      `${name} needs ids that sort before that of a new key, which is a time such as 20261129120000.`,
    );
  return [
    { does: knowNew, values: { [name]: `${current},${made}` } },
    { does: useNew, values: { [name]: `${made},${current}` } },
    {
      does: 'Run `npm run keys -- rotate-fields` with the value of step 2. Keep the old key behind the new one for good.',
      values: {},
    },
  ];
}

/** Verifiers have the public keys, and one kind of process signs. */
async function pairSteps(
  name: string,
  publicName: string,
  settings: Settings,
  minutes: number,
): Promise<readonly RotationStep[]> {
  const { privateJwk, publicJwk } = await newKeyPair();
  // The settings have checked that it is a key set.
  const { keys } = JSON.parse(requireValue(publicName, settings)) as { readonly keys: readonly object[] };
  return [
    { does: knowNew, values: { [publicName]: JSON.stringify({ keys: [...keys, publicJwk] }) } },
    { does: useNew, values: { [name]: JSON.stringify(privateJwk) } },
    {
      does: `Wait ${minutes} minutes, until the last token of the old key has expired. Then set this and ${restart}`,
      values: { [publicName]: JSON.stringify({ keys: [publicJwk] }) },
    },
  ];
}

/** A role has one password, so there is no overlap. */
function roleSteps(settings: Settings): readonly RotationStep[] {
  const secret = randomBytes(32).toString('hex');
  const urls = readSupergraphYaml().flatMap(({ name }) => {
    const setting = `${name.toUpperCase()}_DATABASE_URL`;
    const current = settings[setting] ?? settings['DATABASE_URL'];
    return current ? [[setting, roleUrl(current, databaseName, name, secret)] as const] : [];
  });
  if (urls.length === 0)
    throw new ConfigurationError('DATABASE_URL is missing. It must be in the environment or in the file of --file.');
  return [
    {
      does: 'Set this and run `npm run migrate`, which sets the passwords of the roles. Open connections continue.',
      values: { DATABASE_ROLE_SECRET: secret },
    },
    {
      does: 'At once, set these and restart the subgraphs. Until then they open no new connections.',
      values: Object.fromEntries(urls),
    },
  ];
}
