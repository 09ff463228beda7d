import { isStaff } from '#shared/identity/identity.ts';
import { Explanation } from './explanation.ts';
import type { Identified } from './stages.ts';

/** Header of a request for an explanation: `GraphQL-Explain: plan, sql`. */
const requestHeader = 'graphql-explain';

export interface ExplainPolicy {
  /** True where every caller gets explanations; otherwise only staff do. */
  readonly toEverybody: boolean;
  /** True where the subgraphs report their SQL: those of the freight graph do. */
  readonly hasSql: boolean;
}

/**
 * Adds an explanation to a request with the header `GraphQL-Explain` whose caller may have one. The gateway ignores the header of all other
 * callers, so that they can't use it to prevent the sharing of responses.
 */
export function explain(identified: Identified, { toEverybody, hasSql }: ExplainPolicy): Identified {
  const header = identified.headers[requestHeader];
  if (header === undefined) return identified;
  if (!toEverybody && !isStaff(identified.caller.identity)) return identified;
  const wanted = String(header)
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
  const [plan, sql] = [wanted.includes('plan'), wanted.includes('sql')];
  return plan || sql ? { ...identified, explanation: new Explanation({ plan, sql: sql && hasSql }) } : identified;
}

/** Adds the explanation to the first payload of a response in parts. */
export async function* explainFirst(payloads: AsyncIterable<string>, explanation: Explanation): AsyncGenerator<string> {
  let isFirst = true;
  for await (const payload of payloads) {
    // The first payload is an object with at least one entry and without extensions.
    yield isFirst ? `{"extensions":${JSON.stringify(explanation.extensions())},${payload.slice(1)}` : payload;
    isFirst = false;
  }
}
