/** Reads the parameter `onError` of a request. The gateway sends `NULL` or nothing, and refuses other values of clients itself. */
export function onErrorOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'onError' in body ? body.onError : undefined;
}
