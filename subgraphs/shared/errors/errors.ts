import { GraphQLError } from 'graphql';
import type { UserErrorCode } from './user-error-codes.ts';

/** The one table of error codes of the graph: HTTP status of a request error, and whether trying again may help. */
export const errorTable = {
  GRAPHQL_PARSE_FAILED: { status: 400, retryable: false },
  GRAPHQL_VALIDATION_FAILED: { status: 400, retryable: false },
  BAD_REQUEST: { status: 400, retryable: false },
  BAD_USER_INPUT: { status: 400, retryable: false },
  OPERATION_RESOLUTION_FAILURE: { status: 400, retryable: false },
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 400, retryable: false },
  PERSISTED_QUERY_NOT_FOUND: { status: 400, retryable: false },
  PERSISTED_QUERY_NOT_IN_LIST: { status: 400, retryable: false },
  PERSISTED_QUERY_ID_REQUIRED: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  UNAUTHORIZED_FIELD_OR_TYPE: { status: 403, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  COST_ESTIMATED_TOO_EXPENSIVE: { status: 400, retryable: false },
  COST_ACTUAL_TOO_EXPENSIVE: { status: 400, retryable: false },
  MAX_DEPTH_LIMIT: { status: 400, retryable: false },
  MAX_ALIASES_LIMIT: { status: 400, retryable: false },
  MAX_ROOT_FIELDS_LIMIT: { status: 400, retryable: false },
  TOKEN_LIMIT_EXCEEDED: { status: 400, retryable: false },
  CONFLICT: { status: 409, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  DOWNSTREAM_SERVICE_ERROR: { status: 502, retryable: false },
  SUBREQUEST_HTTP_ERROR: { status: 502, retryable: true },
  SUBREQUEST_MALFORMED_RESPONSE: { status: 502, retryable: false },
  GATEWAY_TIMEOUT: { status: 504, retryable: true },
  OUTCOME_UNKNOWN: { status: 504, retryable: false },
  SERVICE_UNAVAILABLE: { status: 503, retryable: true },
  SUBGRAPH_CIRCUIT_OPEN: { status: 503, retryable: true },
  REQUEST_CONCURRENCY_LIMITED: { status: 503, retryable: true },
  LIVE_QUEUE_OVERFLOW: { status: 503, retryable: true },
  SUBSCRIPTION_SCHEMA_RELOAD: { status: 503, retryable: true },
  INTERNAL_SERVER_ERROR: { status: 500, retryable: false },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorTable;

/** What went wrong with a driver, a library or a bug: this text is all that a client may see of it. */
export const maskedMessage = 'Internal server error';

/** An error that a client is meant to see. The message says what was required and what arrived. */
export class GraphError extends GraphQLError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, extensions: Readonly<Record<string, unknown>> = {}) {
    super(message, { extensions: { ...extensions, code, retryable: errorTable[code].retryable } });
    this.code = code;
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code);
}

/** A refusal that the caller of a mutation can mend: it goes into `userErrors`, not into `errors`. */
export interface UserError {
  readonly code: UserErrorCode;
  /** Path of the input field at fault, outermost first. */
  readonly field: readonly string[] | null;
  readonly message: string;
}

/** Thrown by stores and domain rules inside a mutation; `payloadOf` turns it into `userErrors`. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly userErrors: readonly UserError[];

  constructor(...userErrors: readonly UserError[]) {
    super(userErrors.map((error) => error.message).join(' '));
    this.userErrors = userErrors;
  }
}

/** One refusal. `field` is the dotted path of the input field at fault (`stops.0.window`). */
export function refuse(code: UserErrorCode, message: string, field?: string): never {
  throw new Refusal({ code, message, field: field ? field.split('.') : null });
}

/**
 * Runs a mutation and shapes its payload: the result beside an empty `userErrors`, or nulls beside the refusals.
 * Every other error goes on to the masking.
 */
export async function payloadOf<P extends object>(
  run: () => Promise<P>,
): Promise<P | { userErrors: readonly UserError[] }> {
  try {
    return { userErrors: [], ...(await run()) };
  } catch (error) {
    if (error instanceof Refusal) return { userErrors: error.userErrors };
    throw error;
  }
}
