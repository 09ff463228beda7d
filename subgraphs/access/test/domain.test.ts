import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#shared/ids.ts';
import { blockSeconds, freeAttempts, longestBlockSeconds } from '../domain/attempts.ts';
import { hashPassword, passwordFits } from '../domain/passwords.ts';
import { isLive, newSecret, parseToken, secretFits, secretHash, tokenText } from '../domain/refresh-token.ts';

describe('passwords', () => {
  test('are hashed with the parameters of OWASP, each with its own salt', async () => {
    const [first, second] = [await hashPassword('freight-demo'), await hashPassword('freight-demo')];
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(second).not.toEqual(first);
  });

  test('fit their hash in every way of typing the same characters', async () => {
    const hash = await hashPassword('caf\u00e9 freight demo');
    expect(await passwordFits(hash, 'cafe\u0301 freight demo')).toBe(true);
    expect(await passwordFits(hash, 'cafe freight demo')).toBe(false);
  });

  test('never fit where there is no hash', async () => {
    expect(await passwordFits(null, 'freight-demo')).toBe(false);
  });

  test('are not looked at without end when many arrive at once', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 80 }, () => passwordFits(null, 'burst')));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(14);
    expect(refused[0]?.reason).toMatchObject({ code: 'RATE_LIMITED' });
  });
});

test('a block never shrinks with more attempts and never lasts longer than a quarter of an hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), (attempt) => {
      expect(blockSeconds(attempt + 1)).toBeGreaterThanOrEqual(blockSeconds(attempt));
      expect(blockSeconds(attempt)).toBeLessThanOrEqual(longestBlockSeconds);
    }),
  );
  expect([blockSeconds(freeAttempts - 1), blockSeconds(freeAttempts)]).toEqual([0, 30]);
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
