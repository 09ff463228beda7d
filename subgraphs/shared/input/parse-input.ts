import type { z } from 'zod';
import { GraphError, Refusal, type UserError } from '../errors/errors.ts';
import { describeIssue } from './describe-issue.ts';

const maxErrors = 20;

/**
 * Parses the input of a mutation.
 * @throws Refusal with one user error per fault, at most 20: INVALID_TIME for a time, otherwise INVALID_INPUT
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input, { error: describeIssue });
  if (parsed.success) return parsed.data;
  throw new Refusal(...userErrorsOf(parsed.error, input));
}

/** What is wrong with an input, at most 20 faults. */
export function userErrorsOf({ issues }: z.ZodError, input: unknown): UserError[] {
  return issues.slice(0, maxErrors).map((issue) => {
    const field = issue.path.map(String);
    const code = valueAt(input, field) instanceof Date ? 'INVALID_TIME' : 'INVALID_INPUT';
    return { code, field: field.length === 0 ? null : field, message: issue.message };
  });
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => new Map(Object.entries(value ?? {})).get(key), input);
}

/** Parses an argument of a query. @throws GraphError BAD_USER_INPUT with the first fault */
export function parseArgument<S extends z.ZodType>(schema: S, name: string, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: describeIssue });
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  const argument = `"${[name, ...path].join('.')}"`;
  throw new GraphError(
    'BAD_USER_INPUT',
    message.startsWith('Must ') ? `${argument} m${message.slice(1)}` : `${argument}: ${message}`,
  );
}
