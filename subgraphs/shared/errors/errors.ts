import { GraphQLError } from 'graphql';
import type { UserErrorCode } from './user-error-codes.ts';

/** The one table of error codes of the graph, with their HTTP status and whether a retry may help. */
export const errorTable = {
  GRAPHQL_PARSE_FAILED: { status: 400, retryable: false },
  GRAPHQL_VALIDATION_FAILED: { status: 400, retryable: false },
  BAD_REQUEST: { status: 400, retryable: false },
  BAD_USER_INPUT: { status: 400, retryable: false },
  OPERATION_RESOLUTION_FAILURE: { status: 400, retryable: false },
  PERSISTED_QUERY_NOT_FOUND: { status: 400, retryable: false },
  PERSISTED_QUERY_NOT_IN_LIST: { status: 400, retryable: false },
  PERSISTED_QUERY_ID_REQUIRED: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  SIGNATURE_REQUIRED: { status: 401, retryable: false },
  SIGNATURE_INVALID: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  NETWORK_NOT_ALLOWED: { status: 403, retryable: false },
  STEP_UP_REQUIRED: { status: 403, retryable: false },
  SECOND_FACTOR_REQUIRED: { status: 403, retryable: false },
  UNAUTHORIZED_FIELD_OR_TYPE: { status: 403, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  COST_ESTIMATED_TOO_EXPENSIVE: { status: 400, retryable: false },
  COST_ACTUAL_TOO_EXPENSIVE: { status: 400, retryable: false },
  MAX_DEPTH_LIMIT: { status: 400, retryable: false },
  MAX_ALIASES_LIMIT: { status: 400, retryable: false },
  MAX_ROOT_FIELDS_LIMIT: { status: 400, retryable: false },
  MAX_PAGE_SIZE_LIMIT: { status: 400, retryable: false },
  TOKEN_LIMIT_EXCEEDED: { status: 400, retryable: false },
  IDEMPOTENCY_KEY_NOT_ALLOWED: { status: 400, retryable: false },
  IDEMPOTENCY_KEY_REUSED: { status: 422, retryable: false },
  CONFLICT: { status: 409, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  DOWNSTREAM_SERVICE_ERROR: { status: 502, retryable: false },
  SUBREQUEST_HTTP_ERROR: { status: 502, retryable: true },
  SUBREQUEST_MALFORMED_RESPONSE: { status: 502, retryable: false },
  GATEWAY_TIMEOUT: { status: 504, retryable: true },
  OUTCOME_UNKNOWN: { status: 504, retryable: false },
  SERVICE_UNAVAILABLE: { status: 503, retryable: true },
  SUBGRAPH_CIRCUIT_OPEN: { status: 503, retryable: true },
  REQUEST_CANCELLED: { status: 499, retryable: true },
  REQUEST_CONCURRENCY_LIMITED: { status: 503, retryable: true },
  LIVE_QUEUE_OVERFLOW: { status: 503, retryable: true },
  SUBSCRIPTION_SCHEMA_RELOAD: { status: 503, retryable: true },
  INTERNAL_SERVER_ERROR: { status: 500, retryable: false },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorTable;

/** The only text that clients see of an error in a driver, in a library or in our code. */
export const maskedMessage = 'Internal server error';

/** An error that clients see. The message says what is wrong and what to do. */
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

/** Why a mutation was refused, where its caller can correct it. It is returned in `userErrors`, not in `errors`. */
export interface UserError {
  readonly code: UserErrorCode;
  /** Path of the input field at fault, outermost first. */
  readonly field: readonly string[] | null;
  readonly message: string;
}

/** Stores and domain rules throw it inside a mutation. `payloadOf` converts it to `userErrors`. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly userErrors: readonly UserError[];

  constructor(...userErrors: readonly UserError[]) {
    super(userErrors.map((error) => error.message).join(' '));
    this.userErrors = userErrors;
  }
}

/** Throws one refusal. `field` is the dotted path of the input field at fault, such as `stops.0.window`. */
export function refuse(code: UserErrorCode, message: string, field?: string): never {
  throw new Refusal({ code, message, field: field ? field.split('.') : null });
}

/**
 * Runs a mutation and returns its payload: the result with empty `userErrors`, or only the `userErrors` of a refusal.
 * Other errors are rethrown and then masked.
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
