import type { z } from 'zod';
import { Refusal } from '#shared/errors.ts';

const mostErrors = 20;

/** Parses an input of a mutation; throws a Refusal with one INVALID_INPUT per fault (20 at most) and its path. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Refusal(
    ...parsed.error.issues.slice(0, mostErrors).map(({ path, message }) => ({
      code: 'INVALID_INPUT',
      field: path.length === 0 ? null : path.map(String),
      message,
    })),
  );
}
