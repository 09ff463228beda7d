import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { parseEnvironment, parseGiven } from '../runtime/config.ts';

describe('an operator reads how to correct', () => {
  const settings = z.object({
    REPLICAS: z.coerce.number().int().min(1).max(100).default(1),
    TIMEOUT_MS: z.coerce.number().int().min(1).optional(),
    LOG_LEVEL: z.enum(['fatal', 'error']).default('error'),
    LOGS: z.url().optional(),
    SERVER: z.string('use a host'),
  });

  test.each([
    [{ REPLICAS: 'many' }, 'REPLICAS: use a whole number from 1 to 100; it is "many"'],
    [{ REPLICAS: '0' }, 'REPLICAS: use a whole number from 1 to 100; it is "0"'],
    [{ REPLICAS: '1.5' }, 'REPLICAS: use a whole number from 1 to 100; it is "1.5"'],
    [{ TIMEOUT_MS: '-1' }, 'TIMEOUT_MS: use a whole number from 1; it is "-1"'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: use one of fatal, error; it is "loud"'],
    [{ LOGS: 'here' }, 'LOGS: use a URL; it is "here"'],
    [{ SERVER: '' }, 'SERVER: use a host; it is not set'],
  ])('the setting %j', (given, line) => {
    expect(() => parseEnvironment(settings, { SERVER: 'h', ...given })).toThrow(line);
  });

  const file = z.strictObject({
    name: z.string().min(2),
    ports: z.array(z.union([z.int(), z.literal('http')])).default([]),
    kind: z.literal('live').default('live'),
  });

  test.each([
    [{}, 'name: is missing'],
    [{ name: 1 }, 'name: use a text'],
    [{ name: 'a' }, 'name: use 2 characters or more'],
    [{ name: 'ab', ports: 80 }, 'ports: use a list'],
    [{ name: 'ab', ports: ['x'] }, 'ports.0: use a number, or use http'],
    [{ name: 'ab', kind: 'load' }, 'kind: use live'],
    [{ name: 'ab', size: 1 }, 'remove size, which is unknown here'],
    [{ kind: 1 }, 'name: is missing; kind: use live'],
    [[], 'use an object'],
  ])('a file with %j', (given, says) => {
    expect(() => parseGiven(file, given, 'edges.yaml')).toThrow(`edges.yaml: ${says}`);
  });
});
