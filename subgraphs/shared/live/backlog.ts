/** Limits of a backlog. A single item is always accepted, whatever its size. */
export interface Bounds {
  readonly items: number;
  /** Sum of the sizes that items are pushed with. */
  readonly size?: number;
}

/** An item in a backlog. */
export interface Entry<T> {
  readonly item: T;
  readonly size: number;
}

/** The unread items of a channel. Each implementation has a policy for items that exceed its bounds. */
export interface Backlog<T> {
  /** False when the item is refused. */
  add(entry: Entry<T>): boolean;
  /** Removes the next item. */
  take(): Entry<T> | undefined;
  clear(): void;
}

/** Callbacks for items that the reader does not get. */
export interface Losses<T> {
  /** Called with each item that is lost. */
  readonly onLoss: (item: T) => void;
  /** Adds to the next item the number of items that were lost before it. */
  readonly tell?: (item: T, lost: number) => T;
}

/** Refuses items that exceed the bounds, so that the producer can react. */
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

/** Drops the oldest items when the bounds are exceeded. */
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

/** Rules by which a newer item replaces a waiting one. */
export interface Conflation<T> {
  /** Maximum number of keys. Items of further keys are refused. */
  readonly keys: number;
  readonly keyOf: (item: T) => string;
  /** True if an item replaces the waiting item of its key. Otherwise the new item is lost. Default: always true. */
  readonly supersedes?: (item: T, waiting: T) => boolean;
}

/** Keeps the latest item of each key. Keys are read in the order in which they were added. */
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
