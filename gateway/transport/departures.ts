export interface Leaver {
  leave(): void;
}

/** One listener per client instead of one per subgraph request: adding and removing listeners of an AbortSignal is dear. */
export class Departures {
  readonly #waiting = new WeakMap<AbortSignal, Set<Leaver>>();

  watch(signal: AbortSignal, leaver: Leaver): void {
    const known = this.#waiting.get(signal);
    if (known) known.add(leaver);
    else this.#listen(signal, leaver);
  }

  unwatch(signal: AbortSignal, leaver: Leaver): void {
    this.#waiting.get(signal)?.delete(leaver);
  }

  #listen(signal: AbortSignal, first: Leaver): void {
    const leavers = new Set([first]);
    this.#waiting.set(signal, leavers);
    signal.addEventListener('abort', () => {
      for (const leaver of [...leavers]) leaver.leave();
    });
  }
}
