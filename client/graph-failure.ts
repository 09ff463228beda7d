/** Failures that have no code of the graph. */
const clientCodes = ['CONNECTION_FAILED', 'TIMEOUT', 'NOT_GRAPHQL', 'INVALID_DATA'] as const;
type ClientCode = (typeof clientCodes)[number];

export interface FailureDetails {
  /** HTTP status, where a response arrived. */
  readonly status?: number | undefined;
  /** How long the server asks the client to wait. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** An operation without usable data. */
export class GraphFailure extends Error {
  override name = 'GraphFailure';
  /** Code of the first error of the response, or one of the client: see `isFromGraph`. */
  readonly code: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ClientCode | (string & {}), message: string, { status, retryAfterMs, cause }: FailureDetails = {}) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** False when no GraphQL response arrived, or data of another shape than expected. */
  get isFromGraph(): boolean {
    return !clientCodes.some((code) => code === this.code);
  }
}
