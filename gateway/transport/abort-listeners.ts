export interface AbortListener {
  onAbort(): void;
}

const listeners = Symbol('abort listeners');

/** The signal of a client's request, with the subgraph requests that wait for it. Kept on the signal itself: see docs/performance.md, P2 and P16. */
interface WatchedSignal extends AbortSignal {
  [listeners]?: Set<AbortListener>;
}

export function addAbortListener(signal: WatchedSignal, listener: AbortListener): void {
  const known = signal[listeners];
  if (known) known.add(listener);
  else listen(signal, listener);
}

export function removeAbortListener(signal: WatchedSignal, listener: AbortListener): void {
  signal[listeners]?.delete(listener);
}

function listen(signal: WatchedSignal, first: AbortListener): void {
  const all = new Set([first]);
  signal[listeners] = all;
  signal.addEventListener('abort', () => {
    for (const listener of [...all]) listener.onAbort();
  });
}
