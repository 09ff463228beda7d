export interface SharedCheckOptions {
  /** Milliseconds for which an outcome is reused. */
  readonly freshMs?: number;
  /** Maximum milliseconds that a caller waits. */
  readonly limitMs?: number;
}

/**
 * Shares a check among concurrent callers. It runs at most once per `freshMs`, and rejects callers after `limitMs`. A run
 * begins only after the previous one has ended, so that checks of a hanging server do not pile up.
 */
export function sharedCheck(
  run: () => Promise<unknown>,
  { freshMs = 1_000, limitMs = 1_000 }: SharedCheckOptions = {},
): () => Promise<void> {
  let running = false;
  let freshUntil = 0;
  let outcome: Promise<void> | undefined;
  return () => {
    if (outcome && (running || performance.now() < freshUntil)) return outcome;
    running = true;
    const ended = run().finally(() => {
      running = false;
      freshUntil = performance.now() + freshMs;
    });
    outcome = withinLimit(ended, limitMs);
    return outcome;
  };
}

export async function withinLimit(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No response within ${limitMs} ms.`)), limitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
