export interface AbortListener {
  leave(): void;
}

const leavers = Symbol('leavers');

/** A client's signal, with those who want to know when it leaves. */
interface WatchedSignal extends AbortSignal {
  [leavers]?: Set<AbortListener>;
}

/*
 * One listener per client instead of one per subgraph request (see docs/performance.md, P16). The set is kept on the signal itself, not in a
 * WeakMap (P2).
 */

export function addAbortListener(signal: WatchedSignal, leaver: AbortListener): void {
  const known = signal[leavers];
  if (known) known.add(leaver);
  else listen(signal, leaver);
}

export function removeAbortListener(signal: WatchedSignal, leaver: AbortListener): void {
  signal[leavers]?.delete(leaver);
}

function listen(signal: WatchedSignal, first: AbortListener): void {
  const all = new Set([first]);
  signal[leavers] = all;
  signal.addEventListener('abort', () => {
    for (const leaver of [...all]) leaver.leave();
  });
}
