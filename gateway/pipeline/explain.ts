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
