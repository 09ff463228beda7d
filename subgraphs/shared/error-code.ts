/** The code that Node and most libraries give an error, such as ENOENT. Errors may come from another realm, so no class is asked. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
