import { isStaff } from '#shared/identity/identity.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
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
 * @throws RequestRefusal BAD_REQUEST
 */
export function explain(identified: Identified, { toEverybody, hasSql }: ExplainPolicy): Identified {
  const header = identified.headers[requestHeader];
  if (header === undefined) return identified;
  if (!toEverybody && !isStaff(identified.caller.identity)) return identified;
  const wanted = String(header)
    .toLowerCase()
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (!wanted.every((word) => word === 'plan' || word === 'sql')) {
    throw new RequestRefusal('BAD_REQUEST', 'The header GraphQL-Explain must list "plan", "sql" or both.');
  }
  const [plan, sql] = [wanted.includes('plan'), wanted.includes('sql')];
  return plan || sql ? { ...identified, explanation: new Explanation({ plan, sql: sql && hasSql }) } : identified;
}
