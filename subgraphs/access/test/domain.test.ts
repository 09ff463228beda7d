import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#shared/ids.ts';
import { hashesPerNetwork } from '../domain/hash-queue.ts';
import { hashPassword, passwordFits } from '../domain/passwords.ts';
import { isLive, newSecret, parseToken, secretFits, secretHash, tokenText } from '../domain/refresh-token.ts';

describe('passwords', () => {
  test('are hashed with the parameters of OWASP and a salt of their own', async () => {
    const [first, second] = [await hashPassword('freight-demo', 'a'), await hashPassword('freight-demo', 'a')];
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(second).not.toEqual(first);
  });

  test('match their hash in every encoding of the same characters', async () => {
    const hash = await hashPassword('caf\u00e9 freight demo', 'a');
    expect(await passwordFits(hash, 'cafe\u0301 freight demo', 'a')).toBe(true);
    expect(await passwordFits(hash, 'cafe freight demo', 'a')).toBe(false);
  });

  test('never match without a hash', async () => {
    expect(await passwordFits(null, 'freight-demo', 'a')).toBe(false);
  });

  test('wait in a queue to be hashed, and are refused when it is full', async () => {
    const networks = Array.from({ length: 80 }, (_, index) => `network ${index}`);
    const results = await Promise.allSettled(networks.map((network) => passwordFits(null, 'burst', network)));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(14);
    expect(refused[0]?.reason).toMatchObject({ code: 'RATE_LIMITED', extensions: { retryAfterSeconds: 1 } });
  });

  test('of one network get only a share of the queue', async () => {
    const flood = Array.from({ length: 200 }, () => passwordFits(null, 'flood', 'flooding network'));
    const others = Promise.all(['one', 'two', 'three'].map((network) => passwordFits(null, 'calm', network)));
    const accepted = (await Promise.allSettled(flood)).filter((result) => result.status === 'fulfilled');
    expect(accepted).toHaveLength(hashesPerNetwork);
    expect(await others).toEqual([false, false, false]);
    expect(await passwordFits(null, 'later', 'flooding network')).toBe(false);
  });
});

describe('refresh tokens', () => {
  test('are parsed as they were written, and other texts are refused', () => {
    const token = { sessionId: newId(), secret: newSecret() };
    expect(parseToken(tokenText(token))).toEqual(token);
    fc.assert(fc.property(fc.string(), (text) => parseToken(text) === undefined));
  });

  test('match only the hash of their own secret', () => {
    const [mine, other] = [newSecret(), newSecret()];
    expect([secretFits(mine, secretHash(mine)), secretFits(other, secretHash(mine))]).toEqual([true, false]);
  });

  test('expire after 14 idle days, after 90 days in total, and when revoked', () => {
    const day = (days: number) => new Date(days * 86_400_000);
    const session = (refreshed: number, revokedAt: Date | null = null) => ({
      createdAt: day(0),
      refreshedAt: day(refreshed),
      revokedAt,
    });
    expect(isLive(session(0), day(13.9))).toBe(true);
    expect(isLive(session(0), day(14))).toBe(false);
    expect(isLive(session(85), day(89))).toBe(true);
    expect(isLive(session(85), day(90))).toBe(false);
    expect(isLive(session(0, day(1)), day(1))).toBe(false);
  });
});
