export interface Leaver {
  leave(): void;
}

const leavers = Symbol('leavers');

/** A client's signal, with those who want to know when it leaves. */
interface WatchedSignal extends AbortSignal {
  [leavers]?: Set<Leaver>;
}

/*
 * One listener per client instead of one per subgraph request (see docs/performance.md, P16). The set is kept on the signal itself, not in a
 * WeakMap (P2).
 */

export function watchDeparture(signal: WatchedSignal, leaver: Leaver): void {
  const known = signal[leavers];
  if (known) known.add(leaver);
  else listen(signal, leaver);
}

export function unwatchDeparture(signal: WatchedSignal, leaver: Leaver): void {
  signal[leavers]?.delete(leaver);
}

function listen(signal: WatchedSignal, first: Leaver): void {
  const all = new Set([first]);
  signal[leavers] = all;
  signal.addEventListener('abort', () => {
    for (const leaver of [...all]) leaver.leave();
  });
}
