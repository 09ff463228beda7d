import type { BucketSize } from './bucket.ts';

/** A request for points of one bucket. */
export interface Withdrawal {
  /** Key of the bucket. An unused bucket is full. */
  readonly key: string;
  readonly size: BucketSize;
  /** 0 only reads the bucket. */
  readonly points: number;
  /** Takes the points even if the bucket has fewer, down to an empty bucket. */
  readonly always?: boolean;
}

/** What came of a withdrawal. */
export interface Withdrawn {
  readonly granted: boolean;
  /** Whole points that are left. */
  readonly available: number;
  /** After a refusal, milliseconds until an otherwise unused bucket has enough points; otherwise 0. */
  readonly waitMs: number;
}

/** Holds the buckets of all callers: in this process, or in Redis for all gateways. */
export interface BudgetStore {
  take(withdrawal: Withdrawal): Withdrawn | Promise<Withdrawn>;
  /** Returns points that were taken but not spent. */
  refund(key: string, size: BucketSize, points: number): void | Promise<void>;
}
