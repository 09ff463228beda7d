/** How much may wait. A single item may always wait, whatever its size. */
export interface Bounds {
  readonly items: number;
  /** Sum of the sizes that items are pushed with. */
  readonly size?: number;
}

/** An item that waits. */
export interface Entry<T> {
  readonly item: T;
  readonly size: number;
}

/** The items that wait in a channel. Each implementation is a policy: it decides what happens to an item without room. */
export interface Backlog<T> {
  /** False when the item is refused. */
  add(entry: Entry<T>): boolean;
  /** Removes the next item. */
  take(): Entry<T> | undefined;
  clear(): void;
}

/** Who learns of items that the reader does not get. */
export interface Losses<T> {
  /** Called with each item that is lost. */
  readonly onLoss: (item: T) => void;
  /** Adds to the item that is read next how many were lost before it. */
  readonly tell?: (item: T, lost: number) => T;
}

/** Refuses items without room: the producer decides what happens. */
export function refuse<T>(bounds: Bounds): Backlog<T> {
  const fifo = new Fifo<T>();
  return {
    add(entry) {
      if (!fifo.isEmpty && exceeds(bounds, fifo.count + 1, fifo.size + entry.size)) return false;
      fifo.add(entry);
      return true;
    },
    take: () => fifo.take(),
    clear: () => fifo.clear(),
  };
}

/** Makes room by dropping the oldest items. */
export function dropOldest<T>(bounds: Bounds, { onLoss, tell }: Losses<T>): Backlog<T> {
  const fifo = new Fifo<T>();
  let lost = 0;
  return {
    add(entry) {
      fifo.add(entry);
      while (fifo.count > 1 && exceeds(bounds, fifo.count, fifo.size)) {
        const dropped = fifo.take();
        if (dropped) onLoss(dropped.item);
        lost++;
      }
      return true;
    },
    take() {
      const entry = fifo.take();
      if (!entry || lost === 0) return entry;
      const told = tell ? { ...entry, item: tell(entry.item, lost) } : entry;
      lost = 0;
      return told;
    },
    clear: () => fifo.clear(),
  };
}

/** What makes items replace each other. */
export interface Conflation<T> {
  /** Number of keys that may wait. Items of further keys are refused. */
  readonly keys: number;
  readonly keyOf: (item: T) => string;
  /** Whether an item replaces the waiting item of its key; otherwise the item itself is lost. Default: always. */
  readonly supersedes?: (item: T, waiting: T) => boolean;
}

/** Keeps one item per key, the latest. Keys are read in the order in which they began to wait. */
export function latestByKey<T>(conflation: Conflation<T>, { onLoss, tell }: Losses<T>): Backlog<T> {
  const { keys, keyOf, supersedes = () => true } = conflation;
  const latest = new Map<string, { readonly entry: Entry<T>; readonly lost: number }>();
  return {
    add(entry) {
      const key = keyOf(entry.item);
      const waiting = latest.get(key);
      if (!waiting) {
        if (latest.size > 0 && latest.size >= keys) return false;
        latest.set(key, { entry, lost: 0 });
        return true;
      }
      const isNewer = supersedes(entry.item, waiting.entry.item);
      const [kept, lost] = isNewer ? [entry, waiting.entry] : [waiting.entry, entry];
      latest.set(key, { entry: kept, lost: waiting.lost + 1 });
      onLoss(lost.item);
      return true;
    },
    take() {
      const [first] = latest;
      if (!first) return undefined;
      const [key, { entry, lost }] = first;
      latest.delete(key);
      return lost > 0 && tell ? { ...entry, item: tell(entry.item, lost) } : entry;
    },
    clear: () => latest.clear(),
  };
}

function exceeds(bounds: Bounds, items: number, size: number): boolean {
  return items > bounds.items || size > (bounds.size ?? Number.POSITIVE_INFINITY);
}

class Fifo<T> {
  readonly #entries: Entry<T>[] = [];
  #size = 0;

  get count(): number {
    return this.#entries.length;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get size(): number {
    return this.#size;
  }

  add(entry: Entry<T>): void {
    this.#entries.push(entry);
    this.#size += entry.size;
  }

  take(): Entry<T> | undefined {
    const entry = this.#entries.shift();
    if (entry) this.#size -= entry.size;
    return entry;
  }

  clear(): void {
    this.#entries.length = 0;
    this.#size = 0;
  }
}
