import type { SubgraphFailureCode } from './ports.ts';

/** The codes of errors that the engine makes itself. Codes of subgraph errors pass through. */
export type EngineErrorCode =
  | SubgraphFailureCode
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'BAD_USER_INPUT'
  | 'COST_ESTIMATED_TOO_EXPENSIVE'
  | 'UNAUTHORIZED_FIELD_OR_TYPE'
  | 'INTERNAL_SERVER_ERROR';

export type ErrorPath = readonly (string | number)[];

/** An entry of a response's `errors`, ready to be written. */
export interface EngineError {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: ErrorPath;
  readonly extensions: {
    readonly code: string;
    readonly retryable: boolean;
    readonly requestId?: string;
    readonly subgraph?: string;
    readonly [key: string]: unknown;
  };
}

/** An error without its path. */
export type Cause = Pick<EngineError, 'message' | 'extensions'>;

/** The errors of one execution. */
export interface ErrorReport {
  readonly errors: readonly EngineError[];
  /**
   * Fields that are missing because of an error elsewhere, by the JSON text of their path. A value is the error of the field if its null violates the
   * schema; undefined if the error elsewhere explains that null.
   */
  readonly missing: ReadonlyMap<string, Cause | undefined>;
}

export const nothingToReport: ErrorReport = { errors: [], missing: new Map() };

/** The operation can't run at all: no request was sent to a subgraph, and there is no data. */
export class RequestError extends Error {
  readonly code: EngineErrorCode;
  readonly errors: readonly EngineError[];

  /** @param options the cause of an internal failure, for the log only: clients do not see it */
  constructor(errors: readonly EngineError[], options?: { readonly cause: unknown }) {
    super(errors.map((error) => error.message).join('; '), options);
    this.name = 'RequestError';
    this.errors = errors;
    // The engine refuses a request with codes of its own.
    this.code = (errors[0]?.extensions.code ?? 'INTERNAL_SERVER_ERROR') as EngineErrorCode;
  }
}

export function requestError(code: EngineErrorCode, message: string, retryable = false): RequestError {
  return new RequestError([{ message, extensions: { code, retryable } }]);
}
