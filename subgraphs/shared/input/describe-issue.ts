import type { z } from 'zod';

/** Tells a client how to correct a value, where the schema has no message of its own. */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'too_small':
      return describeLimit(issue.origin, issue.inclusive ? 'at least' : 'more than', Number(issue.minimum));
    case 'too_big':
      return describeLimit(issue.origin, issue.inclusive ? 'at most' : 'less than', Number(issue.maximum));
    case 'invalid_format':
      return issue.format === 'email' ? 'Must be an e-mail address such as name@example.com.' : undefined;
    case 'invalid_type':
      if (issue.input === undefined || issue.input === null) return 'Must be given.';
      return issue.expected === 'int' ? 'Must be a whole number.' : undefined;
    case 'invalid_value':
      return `Must be one of ${issue.values.map(String).join(', ')}.`;
    case 'invalid_union':
      // The last alternative describes the value; those before it stand for an absent one.
      return issue.errors.at(-1)?.[0]?.message;
    default:
      return undefined;
  }
}

function describeLimit(origin: string, bound: string, limit: number): string {
  const plural = limit === 1 ? '' : 's';
  if (origin === 'string') return `Must have ${bound} ${limit} character${plural}.`;
  if (origin === 'array') return `Must contain ${bound} ${limit} value${plural}.`;
  return `Must be ${bound} ${limit}.`;
}
