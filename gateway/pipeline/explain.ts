import { isStaff } from '#shared/identity/identity.ts';
import { Explanation } from './explanation.ts';
import type { Identified } from './stages.ts';

/** What a client may ask for: `GraphQL-Explain: plan, sql`. */
const requestHeader = 'graphql-explain';

export interface ExplainPolicy {
  /** Whether everybody may ask; otherwise only staff. */
  readonly toEverybody: boolean;
  /** Whether the subgraphs can tell their SQL: those of the freight graph. */
  readonly hasSql: boolean;
}

/**
 * Adds an explanation to a request that asks for one with the header `GraphQL-Explain` and may have it. For all others the header is
 * without effect, so that they can't keep their requests from being shared.
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

/** The payloads of a response in parts, with the explanation in the first. */
export async function* explainFirst(payloads: AsyncIterable<string>, explanation: Explanation): AsyncGenerator<string> {
  let isFirst = true;
  for await (const payload of payloads) {
    // A first payload is an object with at least one entry, and has no extensions of its own.
    yield isFirst ? `{"extensions":${JSON.stringify(explanation.extensions())},${payload.slice(1)}` : payload;
    isFirst = false;
  }
}
