/**
 * Waits for work that can't be stopped, but not longer than until the process ends.
 * @throws the reason of the signal when it is aborted first
 */
export async function untilEnding<T>(work: Promise<T>, ending: AbortSignal | undefined): Promise<T> {
  if (!ending) return work;
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const abort = () => reject(ending.reason);
  if (ending.aborted) abort();
  ending.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, ended]);
  } finally {
    ending.removeEventListener('abort', abort);
  }
}
