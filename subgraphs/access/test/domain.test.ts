import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#shared/ids.ts';
import { hashesPerNetwork } from '../domain/hash-queue.ts';
import { hashPassword, passwordFits } from '../domain/passwords.ts';
import { isLive, newSecret, parseToken, secretFits, secretHash, tokenText } from '../domain/refresh-token.ts';

describe('passwords', () => {
  test('are hashed with the parameters of OWASP, each with its own salt', async () => {
    const [first, second] = [await hashPassword('freight-demo', 'a'), await hashPassword('freight-demo', 'a')];
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(second).not.toEqual(first);
  });

  test('fit their hash in every way of typing the same characters', async () => {
    const hash = await hashPassword('caf\u00e9 freight demo', 'a');
    expect(await passwordFits(hash, 'cafe\u0301 freight demo', 'a')).toBe(true);
    expect(await passwordFits(hash, 'cafe freight demo', 'a')).toBe(false);
  });

  test('never fit where there is no hash', async () => {
    expect(await passwordFits(null, 'freight-demo', 'a')).toBe(false);
  });

  test('are hashed in turns: what would wait too long is refused, whichever network it comes from', async () => {
    const networks = Array.from({ length: 80 }, (_, index) => `network ${index}`);
    const answers = await Promise.allSettled(networks.map((network) => passwordFits(null, 'burst', network)));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(14);
    expect(refused[0]?.reason).toMatchObject({ code: 'RATE_LIMITED', extensions: { retryAfterSeconds: 1 } });
  });

  test('of one network take a share of the turns and leave the others to the rest', async () => {
    const flood = Array.from({ length: 200 }, () => passwordFits(null, 'flood', 'flooding network'));
    const others = Promise.all(['one', 'two', 'three'].map((network) => passwordFits(null, 'calm', network)));
    const answered = (await Promise.allSettled(flood)).filter((answer) => answer.status === 'fulfilled');
    expect(answered).toHaveLength(hashesPerNetwork);
    expect(await others).toEqual([false, false, false]);
    expect(await passwordFits(null, 'later', 'flooding network')).toBe(false);
  });
});

describe('refresh tokens', () => {
  test('are read as they were written, and nothing else is one', () => {
    const token = { sessionId: newId(), secret: newSecret() };
    expect(parseToken(tokenText(token))).toEqual(token);
    fc.assert(fc.property(fc.string(), (text) => parseToken(text) === undefined));
  });

  test('fit the hash of their secret only', () => {
    const [mine, other] = [newSecret(), newSecret()];
    expect([secretFits(mine, secretHash(mine)), secretFits(other, secretHash(mine))]).toEqual([true, false]);
  });

  test('end after 14 idle days, after 90 days at all, and when revoked', () => {
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
