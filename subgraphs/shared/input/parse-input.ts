import type { z } from 'zod';
import { Refusal, type UserError } from '../errors/errors.ts';
import { describeIssue } from './describe-issue.ts';

const mostErrors = 20;

/**
 * Parses the input of a mutation.
 * @throws Refusal with one INVALID_INPUT per faulty field, at most 20
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input, { error: describeIssue });
  if (parsed.success) return parsed.data;
  throw new Refusal(
    ...parsed.error.issues.slice(0, mostErrors).map(
      ({ path, message }): UserError => ({
        code: 'INVALID_INPUT',
        field: path.length === 0 ? null : path.map(String),
        message,
      }),
    ),
  );
}
