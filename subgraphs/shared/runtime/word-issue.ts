import type { z } from 'zod';

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

const formatNames: Readonly<Record<string, string>> = {
  url: 'a URL',
  email: 'an e-mail address',
  datetime: 'a time such as 2026-01-31T12:00:00Z',
  cidrv4: 'a range of addresses such as 10.0.0.0/8',
};

/**
 * Tells an operator how to correct a value of a setting, a file or a response, where its schema has no words of its own. Clients get
 * other words: see `describeIssue`.
 */
export function wordIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `use ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing';
      return `use ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return `use ${formatNames[issue.format] ?? `a text of the form ${issue.pattern ?? issue.format}`}`;
    case 'too_small':
      return `use ${issue.inclusive ? '' : 'more than '}${issue.minimum}${unitOf(issue.origin)}${issue.inclusive ? ' or more' : ''}`;
    case 'too_big':
      return `use ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unitOf(issue.origin)}`;
    case 'unrecognized_keys':
      return `remove ${issue.keys.join(', ')}, which is unknown here`;
    case 'invalid_union':
      return wordUnion(issue.errors);
    default:
      return 'use another value';
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' values' : '';
}

/** What each form of a value would need, in one line. */
function wordUnion(forms: readonly (readonly z.core.$ZodIssue[])[]): string {
  const words = forms.flatMap(([first]) => (first ? wordFault(first) : []));
  return [...new Set(words)].join(', or ') || 'use another value';
}

/** A fault of a value, with its place: `edges.0.for: is missing`. */
export function wordFault({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}
