import { type ErrorCode, errorTable, GraphError } from '#shared/errors/errors.ts';

export interface RefusalOptions {
  /** HTTP status, if it differs from the one in the table. */
  readonly status?: number;
  /** Response headers, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds after which the same request may succeed. */
  readonly retryAfterSeconds?: number;
  /** Further extensions for the client. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Ends a request before it runs: a stage of the pipeline or an edge throws it. */
export class RequestRefusal extends GraphError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: RefusalOptions = {}) {
    const { retryAfterSeconds, extensions } = options;
    super(code, message, { ...extensions, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) });
    this.status = options.status ?? errorTable[code].status;
    this.headers = options.headers ?? {};
  }
}
