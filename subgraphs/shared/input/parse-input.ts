import type { z } from 'zod';
import { GraphError, Refusal, type UserError } from '../errors/errors.ts';
import type { UserErrorCode } from '../errors/user-error-codes.ts';
import { describeIssue } from './describe-issue.ts';

const maxErrors = 20;

/** Codes of an input's fields, by their names, where INVALID_INPUT would not be exact enough. */
export type FieldCodes<I> = { readonly [name in keyof I]?: UserErrorCode };

/**
 * Parses the input of a mutation.
 * @param codes for all faults of a field. `coded` gives one fault a code of its own.
 * @throws Refusal with one user error per fault, at most 20
 */
export function parseInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
  codes: FieldCodes<z.output<S>> = {},
): z.output<S> {
  const parsed = schema.safeParse(input, { error: describeIssue });
  if (parsed.success) return parsed.data;
  const codeOf = new Map(Object.entries<UserErrorCode | undefined>(codes));
  throw new Refusal(
    ...parsed.error.issues.slice(0, maxErrors).map((issue): UserError => {
      const field = issue.path.map(String);
      const code = ownCode(issue) ?? codeOf.get(field[0] ?? '') ?? 'INVALID_INPUT';
      return { code, field: field.length === 0 ? null : field, message: issue.message };
    }),
  );
}

/** Parameters of a zod check whose fault has a code of its own. */
export function coded(code: UserErrorCode): { readonly params: { readonly code: UserErrorCode } } {
  return { params: { code } };
}

function ownCode(issue: z.core.$ZodIssue): UserErrorCode | undefined {
  // Only `coded` puts a code into the parameters of a check.
  return issue.code === 'custom' ? (issue.params?.['code'] as UserErrorCode | undefined) : undefined;
}

/** Parses an argument of a query. @throws GraphError BAD_USER_INPUT with the first fault */
export function parseArgument<S extends z.ZodType>(schema: S, name: string, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: describeIssue });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new GraphError('BAD_USER_INPUT', `${[name, ...(issue?.path ?? [])].join('.')}: ${issue?.message}`);
}
