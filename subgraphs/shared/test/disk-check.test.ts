import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { checkDisk, diskStatus } from '../runtime/disk-check.ts';
import { Health } from '../runtime/health.ts';

describe('the disk of a process', () => {
  test('is a part of its health', async () => {
    const health = new Health();
    checkDisk(health, tmpdir());
    expect(await health.check()).toMatchObject([{ name: 'disk', status: expect.any(String) }]);
  });

  test.each([
    [10_000, 'up'],
    [256, 'up'],
    [255, 'degraded'],
    [31, 'down'],
  ])('with %i MiB free is %s', (free, status) => {
    expect(diskStatus(free)).toBe(status);
  });
});
