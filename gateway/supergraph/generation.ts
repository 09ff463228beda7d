import type { OperationPricer } from '../access/cost/operation-pricer.ts';
import type { Documents } from '../access/documents.ts';
import type { Engine } from '../engine/engine.ts';

/** Everything that belongs to one loaded supergraph. A reload makes the next one; requests finish on the one they began with. */
export interface Generation {
  readonly supergraphSdl: string;
  /** Addresses by subgraph name. */
  readonly subgraphs: Readonly<Record<string, { readonly url: string }>>;
  readonly documents: Documents;
  readonly pricer: OperationPricer;
  /** Undefined when @apollo/gateway executes. */
  readonly engine: Engine | undefined;
  /** Counts a request in; `release` lets it go. */
  retain(): void;
  release(): void;
  /** Closes the generation as soon as nobody uses it any more. */
  retire(): void;
  /** Frees what the generation holds, now. */
  close(): Promise<void>;
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;
}

/** Counts users and frees once: after `retire`, when the last of them has left. */
export function countUses(
  free: () => Promise<void>,
): Pick<Generation, 'retain' | 'release' | 'retire' | 'close' | 'closed'> {
  let users = 0;
  let retired = false;
  let closing = false;
  const closed = Promise.withResolvers<void>();
  const close = (): Promise<void> => {
    if (!closing) {
      closing = true;
      free().then(closed.resolve, closed.reject);
    }
    return closed.promise;
  };
  const closeIfUnused = (): void => {
    if (retired && users === 0) void close();
  };
  return {
    retain() {
      users += 1;
    },
    release() {
      users -= 1;
      closeIfUnused();
    },
    retire() {
      retired = true;
      closeIfUnused();
    },
    close,
    closed: closed.promise,
  };
}
