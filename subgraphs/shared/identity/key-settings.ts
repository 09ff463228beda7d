import { createPrivateKey, createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../input/parse-json.ts';
import { secretIdOf } from './api-keys.ts';
import type { KeyPair, PublicKeys } from './tokens.ts';

/** Keys in settings are JSON in the JWK format (RFC 7517), as `npm run keys` prints it. */
const publicJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1),
  x: z.string().length(43),
});
const privateJwk = publicJwk.extend({ d: z.string().length(43) });
const publicJwks = z.object({ keys: z.array(publicJwk.extend({ d: z.unknown().optional() })).min(1) });

/** A private key, which contains its public half. */
const signingKeySetting = z.string().transform((text, context): KeyPair => {
  const { data: key } = privateJwk.safeParse(parseJson(text));
  if (!key)
    context.addIssue('a private Ed25519 key in JWK format with its id (kid) is required, as `npm run keys` prints it');
  else if (!isPair(key)) context.addIssue('a key pair is required; its public half (x) belongs to another key');
  else {
    const { d: _private, ...publicHalf } = key;
    return { privateJwk: key, publicJwk: publicHalf };
  }
  return z.NEVER;
});

/** Public keys, the newest first. There are several while keys are rotated. */
const publicKeysSetting = z.string().transform((text, context): PublicKeys => {
  const { data } = publicJwks.safeParse(parseJson(text));
  if (!data)
    context.addIssue('public Ed25519 keys as a JWK set with ids (kid) are required, as `npm run keys` prints them');
  else if (data.keys.some(({ d }) => d !== undefined))
    context.addIssue('public keys only are required; a private half (d) is among them');
  else if (new Set(data.keys.map(({ kid }) => kid)).size < data.keys.length)
    context.addIssue('different ids (kid) are required; one occurs twice');
  else return data.keys.map(({ d: _absent, ...key }) => key);
  return z.NEVER;
});

function isPair(key: z.infer<typeof privateJwk>): boolean {
  try {
    return createPublicKey(createPrivateKey({ key, format: 'jwk' })).export({ format: 'jwk' }).x === key.x;
  } catch {
    return false;
  }
}

const leastCharacters = 32;

/** Secrets in the form `ID:SECRET`; one of them may have no id. The first one writes, and all of them read. */
export type SecretList = readonly [string, ...string[]];

/** A text without ids may be a secret of an earlier release that has commas itself. */
function secretsIn(text: string): SecretList {
  const [first = '', ...others] = text.split(',').map((secret) => secret.trim());
  const parts = [first, ...others] as const;
  const isOne =
    parts.every((part) => secretIdOf(part) === undefined) && parts.some((part) => part.length < leastCharacters);
  return others.length === 0 || isOne ? [text] : parts;
}

const secretListSetting = z.string().transform((text, context): SecretList => {
  const secrets = secretsIn(text);
  const ids = secrets.map(secretIdOf);
  if (secrets.some((secret, at) => secret.slice((ids[at]?.length ?? -1) + 1).length < leastCharacters))
    context.addIssue(`${leastCharacters} characters or more are required in each secret`);
  else if (new Set(ids).size < ids.length)
    context.addIssue('different ids are required, as in `ID:SECRET,ID:SECRET`; at most one secret has none');
  else return secrets;
  return z.NEVER;
});

const secretListForm =
  '`ID:SECRET,ID:SECRET`; one of them may be a secret without an id, such as `openssl rand -hex 32` prints';

export const API_KEY_SECRET = secretListSetting.optional().meta({
  description:
    'Secrets under which API keys are hashed, the same for the access subgraph and all gateways. The first one makes hashes, all of them verify: to rotate, see the runbook of keys. Without a secret that made them, API keys are invalid.',
  form: secretListForm,
  otherwise: 'required in production; elsewhere a secret that is made once under DATA_DIR',
});

export const BLIND_INDEX_KEY = secretListSetting.optional().meta({
  description:
    'Secrets of the keyed hashes by which access, fleet and risk find encrypted e-mail addresses and licence numbers. The first one makes hashes, all of them find. To rotate, put a new one behind the old one in every process, and in front once all of them know it (docs/runbooks/rotate-keys.md). Old ones stay, because the hashes of newer ones are made from theirs: without them no stored value is found.',
  form: secretListForm,
  otherwise: 'required in production; elsewhere a secret that is made once under DATA_DIR',
});

export const ACCESS_SIGNING_KEY = signingKeySetting.optional().meta({
  description: 'Private key with which the access subgraph signs the access tokens of clients.',
  form: 'private JWK in JSON',
  otherwise: 'required in production; elsewhere the key of this installation under DATA_DIR',
});

export const ACCESS_PUBLIC_KEYS = publicKeysSetting.optional().meta({
  description: 'Public keys with which the gateway verifies access tokens.',
  form: 'JWK set in JSON',
  otherwise: 'required in production; elsewhere the key of this installation under DATA_DIR',
});

export const IDENTITY_SIGNING_KEY = signingKeySetting.optional().meta({
  description: 'Private key with which the gateway signs the identity tokens for subgraphs.',
  form: 'private JWK in JSON',
  otherwise: 'required in production; elsewhere the key of this installation under DATA_DIR',
});

export const IDENTITY_PUBLIC_KEYS = publicKeysSetting.optional().meta({
  description: 'Public keys with which a subgraph verifies the identity tokens of the gateway.',
  form: 'JWK set in JSON',
  otherwise: 'required in production; elsewhere the key of this installation under DATA_DIR',
});
