import type { z } from 'zod';
import { Refusal, type UserError } from '../errors/errors.ts';

const mostErrors = 20;

/** Parses the input of a mutation. @throws Refusal with one INVALID_INPUT per fault, 20 at most, and the path of its field */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
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
