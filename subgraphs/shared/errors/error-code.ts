/** Reads errors of Node and of libraries. It does not check their class, because they may come from another realm. */

/** The code of an error, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** The message of an error. Some errors that combine others have only a code. */
export function errorMessage(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return message || (errorCode(error) ?? String(error));
}
