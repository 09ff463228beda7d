import { z } from 'zod';

/** What went wrong with one request; `code` is that of the first GraphQL error, or HTTP for what never got that far. */
export class GraphFailure extends Error {
  override name = 'GraphFailure';
  readonly code: string;
  /** Milliseconds after which the server wants to hear from us again. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface GraphClient {
  /** Runs a document and gives its data; partial data with errors counts as data. */
  ask<S extends z.ZodType>(shape: S, query: string, variables: object, accessToken?: string): Promise<z.infer<S>>;
}

const answer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string().optional() }).optional() }))
    .optional(),
});

const timeoutMs = 20_000;

export function createGraphClient(url: string, signal: AbortSignal): GraphClient {
  return {
    async ask(shape, query, variables, accessToken) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json',
          ...(accessToken && { authorization: `Bearer ${accessToken}` }),
        },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const text = await response.text();
      const parsed = answer.safeParse(parseJson(text));
      const retryAfterMs = retryAfter(response);
      if (!parsed.success) throw new GraphFailure('HTTP', `${response.status}: ${text.slice(0, 120)}`, retryAfterMs);
      const { data, errors = [] } = parsed.data;
      const known = shape.safeParse(data);
      if (known.success) return known.data;
      const [first] = errors;
      throw new GraphFailure(
        first?.extensions?.code ?? 'HTTP',
        first?.message ?? `an answer of another shape: ${known.error.issues[0]?.message}`,
        retryAfterMs,
      );
    },
  };
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
