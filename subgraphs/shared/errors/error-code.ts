/** Errors of Node and libraries, read without asking for their class: they may come from another realm. */

/** The code of an error, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** What an error says; some that stand for several have a code only. */
export function errorMessage(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return message || (errorCode(error) ?? String(error));
}
