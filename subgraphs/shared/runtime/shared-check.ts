export interface SharedCheckOptions {
  /** How long an outcome is given out again. */
  readonly freshMs?: number;
  /** How long a caller waits at most. */
  readonly limitMs?: number;
}

/**
 * A check that many may ask for at once: it runs at most once per `freshMs`, and a run that takes longer than `limitMs`
 * rejects. No run begins before the last one has ended, so checks of a server that hangs do not pile up.
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
    timer = setTimeout(() => reject(new Error(`No answer within ${limitMs} ms.`)), limitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
