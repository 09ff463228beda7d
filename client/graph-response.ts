import { z } from 'zod';
import { GraphFailure } from './graph-failure.ts';
import { parseRetryAfter } from './retry-after.ts';

const errorSchema = z.looseObject({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  extensions: z
    .looseObject({
      code: z.string().optional(),
      retryable: z.boolean().optional(),
      requestId: z.string().optional(),
    })
    .default({}),
});

const bodySchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(errorSchema).optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
});

/** An error of a response. Errors without `extensions` get empty ones. */
export type GraphError = Readonly<z.infer<typeof errorSchema>>;

/** The response to one operation. Data may be partial: `errors` then says what is missing. */
export interface GraphResponse<T> {
  /** Undefined when the operation was refused before execution. */
  readonly data: T | null | undefined;
  /** Empty when there are none. */
  readonly errors: readonly GraphError[];
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
  readonly status: number;
  readonly headers: Headers;
}

/** A response as it arrived. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** @throws GraphFailure `NOT_GRAPHQL` when the body is no GraphQL response, for instance the error page of a proxy */
export function parseResponse<T>({ status, headers, text }: RawResponse): GraphResponse<T> {
  const body = bodySchema.safeParse(parseJson(text)).data;
  if (!body) {
    const retryAfterMs = parseRetryAfter(headers.get('retry-after'));
    throw new GraphFailure('NOT_GRAPHQL', `HTTP ${status} without a GraphQL response: ${text.slice(0, 120)}`, {
      status,
      retryAfterMs,
    });
  }
  const { data, errors = [], extensions } = body;
  // The operation selects the shape of the data. `parseData` checks it where a caller can't be sure.
  return { data: data as T | null | undefined, errors, extensions, status, headers };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
