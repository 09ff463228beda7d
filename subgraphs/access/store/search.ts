import { GraphError } from '#shared/errors/errors.ts';

/** A search text for ILIKE, anywhere in the column, its own wildcards taken literally. */
export function containing(search: string): string {
  if (search.length < 1 || search.length > 100 || search.includes('\0')) {
    throw new GraphError('BAD_USER_INPUT', `"search" must have 1 to 100 characters and no NUL character.`);
  }
  return `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
