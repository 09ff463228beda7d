import type { GateSubject } from './compare-document.ts';
import type { ComparedDocument } from './compare-supergraphs.ts';

export interface ToGateWorker {
  readonly subjects: readonly GateSubject[];
}

/** `compared` has the results of one message, in its order. */
export type FromGateWorker =
  | { readonly kind: 'compared'; readonly results: readonly ComparedDocument[] }
  | { readonly kind: 'failed'; readonly reason: string };
