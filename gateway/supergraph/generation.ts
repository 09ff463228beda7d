import type { AsksForRateLimit } from '../access/budget/rate-limit-fields.ts';
import type { OperationPricer } from '../access/cost/operation-pricer.ts';
import type { PageSizes } from '../access/cost/page-sizes.ts';
import type { Documents } from '../access/documents/documents.ts';
import type { OwnAccountOnly } from '../access/documents/find-field-of-others.ts';
import type { OnceTraits } from '../access/documents/once-traits.ts';
import type { TaggedFields } from '../access/documents/root-fields.ts';
import type { TaggedInputs } from '../access/documents/tagged-inputs.ts';
import type { Engine } from '../engine/engine.ts';
import type { AudienceViews } from './audience-views.ts';
import type { DocumentPreparation } from './document-preparation.ts';

/** Everything that belongs to one loaded supergraph. A reload creates the next generation. Requests finish on the generation they began with. */
export interface Generation {
  readonly supergraphSdl: string;
  /** Addresses by subgraph name. */
  readonly subgraphs: Readonly<Record<string, { readonly url: string }>>;
  /** Documents under the whole schema. */
  readonly documents: Documents;
  /** Documents and schema of each audience. */
  readonly views: AudienceViews;
  readonly pricer: OperationPricer;
  readonly pageSizes: PageSizes;
  readonly onceTraits: OnceTraits;
  /** Undefined under `--engine apollo`. */
  readonly engine: Engine | undefined;
  /** Root fields that need a recent code of the second factor. */
  readonly stepUpFields: TaggedFields;
  /** Schema coordinates of what staff may use from their networks only. */
  readonly staffNetworkElements: ReadonlySet<string>;
  /** What they may read of other accounts from their networks only. */
  readonly staffNetworkForOthers: OwnAccountOnly;
  /** In which staff may name another account than their own from their networks only. */
  readonly staffNetworkInputs: TaggedInputs;
  /** Root fields for accounts that must enrol a second factor first. */
  readonly enrolmentFields: TaggedFields;
  /** Root fields that register documents, which the gateway appraises first. */
  readonly appraisingFields: TaggedFields;
  readonly asksForRateLimit: AsksForRateLimit;
  /** Root fields that some API keys must sign. */
  readonly signedFields: TaggedFields;
  /** Validates and plans trusted documents ahead of requests. */
  readonly preparation: DocumentPreparation;
  /** Counts one more user. `release` counts one less. */
  retain(): void;
  release(): void;
  /** Closes the generation as soon as it has no users. */
  retire(): void;
  /** Closes the generation now. */
  close(): Promise<void>;
  /** Resolves when the generation is closed. */
  readonly closed: Promise<void>;
}

/** Counts users and calls `free` once: after `retire`, when the last user has released. */
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
