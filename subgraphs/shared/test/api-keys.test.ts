import { describe, expect, test } from '@jest/globals';
import {
  demoApiKey,
  hashApiKey,
  isApiKey,
  modeOf,
  newApiKey,
  newApiKeySecret,
  secretIdOf,
  secretIdOfHash,
  shownPart,
} from '../identity/api-keys.ts';
import { API_KEY_SECRET } from '../identity/key-settings.ts';

const secret = 'a secret of these tests, which is long enough';

test('a new key shows its mode, and has 32 random characters and a checksum', () => {
  expect(newApiKey('live')).toMatch(/^ifk_live_[0-9A-Za-z]{38}$/);
  expect(newApiKey('test')).toMatch(/^ifk_test_[0-9A-Za-z]{38}$/);
  expect([modeOf(newApiKey('live')), modeOf(newApiKey('test'))]).toEqual(['live', 'test']);
  const many = Array.from({ length: 1_000 }, () => newApiKey('live'));
  expect(new Set(many).size).toBe(1_000);
  expect(many.every(isApiKey)).toBe(true);
});

test('a key with any wrong or missing character is no key', () => {
  const key = newApiKey('live');
  const typos = [...key].map((digit, at) => key.slice(0, at) + (digit === 'a' ? 'b' : 'a') + key.slice(at + 1));
  expect(typos.filter(isApiKey)).toEqual([]);
  const swapped = Array.from({ length: 31 }, (_, at) => 9 + at)
    .filter((at) => key[at] !== key[at + 1])
    .map((at) => `${key.slice(0, at)}${key[at + 1]}${key[at]}${key.slice(at + 2)}`);
  expect(swapped.filter(isApiKey)).toEqual([]);
  const others = [
    '',
    'ifk_live_',
    key.slice(1),
    `${key}0`,
    ` ${key}`,
    `${key}\n`,
    key.replace('live', 'test'),
    key.toUpperCase(),
  ];
  expect(others.filter(isApiKey)).toEqual([]);
});

test('the stored hash depends on every character and on the secret, and does not contain the key', () => {
  const key = newApiKey('live');
  expect(hashApiKey(key, secret)).toBe(hashApiKey(key, secret));
  expect(hashApiKey(key, secret)).toMatch(/^[\w-]{43}$/);
  expect(hashApiKey(key, `${secret}!`)).not.toBe(hashApiKey(key, secret));
  expect(hashApiKey(newApiKey('live'), secret)).not.toBe(hashApiKey(key, secret));
});

test('the part that lists show is the prefix with four of the 32 random characters', () => {
  expect(shownPart('ifk_live_I8KA066FLA6Nm6PERDrhTbgw4xn73Pjq3Ua4cJ')).toBe('ifk_live_I8KA');
});

test('the key of the demo partner follows from the secret of the installation', () => {
  expect(demoApiKey(secret)).toBe(demoApiKey(secret));
  expect(isApiKey(demoApiKey(secret))).toBe(true);
  expect(demoApiKey(`${secret}!`)).not.toBe(demoApiKey(secret));
});

describe('the secrets of hashes', () => {
  const [older, newer] = [secret, newApiKeySecret()] as const;
  const read = (text: string) => API_KEY_SECRET.safeParse(text);

  test('have ids, which their hashes begin with; the secret of an earlier release has none', () => {
    const key = newApiKey('live');
    const id = secretIdOf(newer);
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(hashApiKey(key, newer)).toMatch(new RegExp(`^${id}\\.[\\w-]{43}$`));
    expect(secretIdOfHash(hashApiKey(key, newer))).toBe(id);
    expect([secretIdOf(older), secretIdOfHash(hashApiKey(key, older))]).toEqual([undefined, undefined]);
  });

  test('are one or several, the first of which makes hashes', () => {
    const old = 'a'.repeat(64);
    expect(read(old).data).toEqual([old]);
    expect(read(`${newer},${old}`).data).toEqual([newer, old]);
    const withComma = 'a secret of an earlier release, which has no id ';
    expect(read(withComma).data).toEqual([withComma]);
  });

  test('are long, and have different ids', () => {
    const messageOf = (text: string) => read(text).error?.issues[0]?.message;
    expect(messageOf('short')).toBe('32 characters or more are required in each secret');
    expect(messageOf(`${newer},id:short`)).toBe('32 characters or more are required in each secret');
    const ids = 'different ids are required, as in `ID:SECRET,ID:SECRET`; at most one secret has none';
    expect(messageOf(`${newer},${newer}`)).toBe(ids);
    expect(messageOf(`${'a'.repeat(32)},${'b'.repeat(32)}`)).toBe(ids);
  });
});
