import type { Documents } from '../access/documents.ts';
import type { Engine } from '../engine/engine.ts';

/** Everything that belongs to one loaded supergraph. A reload makes the next one; requests finish on the one they began with. */
export interface Generation {
  readonly supergraphSdl: string;
  /** Addresses by subgraph name. */
  readonly subgraphs: Readonly<Record<string, { readonly url: string }>>;
  readonly documents: Documents;
  /** Undefined when @apollo/gateway executes. */
  readonly engine: Engine | undefined;
  /** Counts a request in; `release` lets it go. */
  retain(): void;
  release(): void;
  /** Frees what the generation holds, as soon as nobody uses it any more. */
  retire(): void;
}

/** Counts users and disposes once: after `retire`, when the last of them has left. */
export function countedUse(dispose: () => void): Pick<Generation, 'retain' | 'release' | 'retire'> {
  let users = 0;
  let retired = false;
  const disposeIfUnused = (): void => {
    if (retired && users === 0) dispose();
  };
  return {
    retain() {
      users += 1;
    },
    release() {
      users -= 1;
      disposeIfUnused();
    },
    retire() {
      if (retired) return;
      retired = true;
      disposeIfUnused();
    },
  };
}
