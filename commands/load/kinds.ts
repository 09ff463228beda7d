/** How many users send how much, and what they must get. */
export interface LoadKind {
  readonly users: number;
  /** Ends after this many requests of each user, or after these seconds. */
  readonly ends: { readonly requestsEach: number } | { readonly seconds: number };
  /** Milliseconds from one request of a user to the next; 0: the next one follows the response. */
  readonly everyMs: number;
  /** Share of requests that are answered without an error within a time. */
  readonly answered: { readonly withinMs: number; readonly percent: number; readonly orMore: boolean };
  /** Bars of a load that lasts. */
  readonly lasting?: {
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly p99Ms: number;
    readonly perSecond: number;
    readonly heapGrowthPercent: number;
  };
}

export const loadKinds = {
  light: {
    users: 5,
    ends: { requestsEach: 10 },
    everyMs: 0,
    answered: { withinMs: 500, percent: 100, orMore: true },
  },
  moderate: {
    users: 20,
    ends: { requestsEach: 10 },
    everyMs: 0,
    answered: { withinMs: 1_000, percent: 99, orMore: false },
  },
  heavy: {
    users: 100,
    ends: { requestsEach: 5 },
    everyMs: 0,
    answered: { withinMs: 2_000, percent: 95, orMore: false },
  },
  soak: {
    users: 50,
    ends: { seconds: 300 },
    // 125 requests per second over all users.
    everyMs: 400,
    answered: { withinMs: 30_000, percent: 99, orMore: false },
    lasting: { p50Ms: 100, p95Ms: 500, p99Ms: 1_000, perSecond: 100, heapGrowthPercent: 10 },
  },
} as const satisfies Readonly<Record<string, LoadKind>>;
export type LoadName = keyof typeof loadKinds;
