import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { describeIssue } from '../input/describe-issue.ts';

const optionalNote = z.union([z.undefined(), z.string().max(5)]);

describe('a value that a schema refuses', () => {
  test.each([
    ['a text that is too short', z.string().min(12), 'short', 'Must have at least 12 characters.'],
    ['a text that is too long', z.string().max(1), 'long', 'Must have at most 1 character.'],
    ['an optional text that is too long', optionalNote, 'too long', 'Must have at most 5 characters.'],
    ['a text that is no e-mail address', z.email(), 'nobody', 'Must be an e-mail address such as name@example.com.'],
    ['a list that is too short', z.array(z.string()).min(1), [], 'Must contain at least 1 value.'],
    ['a number that is too large', z.number().max(90), 91, 'Must be at most 90.'],
    ['a number that is not positive', z.number().positive(), 0, 'Must be more than 0.'],
    ['a fraction', z.number().int(), 1.5, 'Must be a whole number.'],
    ['a value outside an enum', z.enum(['FREE', 'PREMIUM']), 'GOLD', 'Must be one of FREE, PREMIUM.'],
    ['a schema with a message of its own', z.string().min(1, 'Give a name.'), '', 'Give a name.'],
  ])('tells the client what to do: %s', (_case, schema, value, message) => {
    expect(schema.safeParse(value, { error: describeIssue }).error?.issues).toMatchObject([{ message }]);
  });
});
