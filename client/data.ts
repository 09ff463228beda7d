import type { z } from 'zod';
import { GraphFailure } from './graph-failure.ts';
import type { GraphResponse } from './graph-response.ts';
import { parseRetryAfter } from './retry-after.ts';

/** The data of a response without errors. @throws GraphFailure */
export function requireData<T>(response: GraphResponse<T>): T {
  if (response.data && response.errors.length === 0) return response.data;
  throw toFailure(response);
}

/** The data of a response in the given shape. Partial data is fine where the shape allows it. @throws GraphFailure */
export function parseData<S extends z.ZodType>(shape: S, response: GraphResponse<unknown>): z.infer<S> {
  const data = shape.safeParse(response.data);
  if (data.success) return data.data;
  if (response.errors.length > 0) throw toFailure(response);
  const path = data.error.issues[0]?.path.join('.') ?? '';
  const message = `The data has another shape than expected${path && ` at ${path}`}. Is this the address of the product's graph?`;
  throw new GraphFailure('INVALID_DATA', message, { status: response.status });
}

function toFailure({ errors, status, headers }: GraphResponse<unknown>): GraphFailure {
  const [first] = errors;
  if (!first) return new GraphFailure('NOT_GRAPHQL', 'The response has neither data nor errors.', { status });
  const { code = 'INTERNAL_SERVER_ERROR', requestId } = first.extensions;
  const messages = errors.map(({ message }) => message).join(' ');
  return new GraphFailure(code, requestId === undefined ? messages : `${messages} (request ${requestId})`, {
    status,
    retryAfterMs: parseRetryAfter(headers.get('retry-after')),
  });
}
