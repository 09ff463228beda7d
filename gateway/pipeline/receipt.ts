import type { CostReport } from '../access/budget/report.ts';
import type { FieldPrice } from '../access/cost/cost-by-field.ts';
import { describeRequirement } from '../engine/authorization/describe-requirement.ts';
import type { PreparedOperation } from '../engine/operation.ts';
import { planText } from '../engine/planning/plan-text.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import { type Deprecation, findDeprecations } from './deprecations.ts';
import { withoutSecrets } from './explanation.ts';
import type { Identified, Priced } from './stages.ts';

/** Header of a request for a receipt: `GraphQL-Dry-Run: true`. */
const requestHeader = 'graphql-dry-run';

/**
 * Notes whether a request asks for a receipt. A value that is neither true nor false is refused, because the operation would run.
 * @throws RequestRefusal BAD_REQUEST
 */
export function readReceiptRequest(identified: Identified): Identified {
  const header = identified.headers[requestHeader];
  if (header === undefined) return identified;
  const value = String(header).trim().toLowerCase();
  if (value === 'true') return { ...identified, wantsReceipt: true };
  if (value === 'false') return identified;
  throw new RequestRefusal('BAD_REQUEST', 'The header GraphQL-Dry-Run must be "true" or "false". Nothing has run.');
}

/** A field that the caller may not see. In the response it would be null, with an error at its path. */
export interface DeniedField {
  readonly path: string;
  readonly reason: string;
}

/** A request to a subgraph, and how long the latest ones like it took on this gateway; null if there was none yet. */
export interface ReceiptFetch {
  readonly subgraph: string;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** What an operation would cost and do, without running it: the extensions of the response. */
export interface Receipt {
  readonly cost: Partial<CostReport> & { readonly byField: readonly FieldPrice[] };
  readonly plan: string;
  /** The requests to subgraphs with these variables, in the order of the plan. */
  readonly fetches: readonly ReceiptFetch[];
  readonly denied: readonly DeniedField[];
  readonly deprecated: readonly Deprecation[];
}

/**
 * Makes the receipt of an operation from its plan. No subgraph is called.
 * @param cost undefined if operations cost nothing
 * @throws RequestError when the variables don't fit the operation
 */
export function makeReceipt(priced: Priced, prepared: PreparedOperation, cost: CostReport | undefined): Receipt {
  const { generation, document, operation, variables, onError } = priced;
  const fetches = generation.engine?.plannedFetches(prepared, variables, onError) ?? [];
  return {
    cost: {
      ...cost,
      requestedQueryCost: priced.price,
      actualQueryCost: null,
      byField: generation.pricer.costByField(document, operation, variables),
    },
    plan: planText(prepared.plan, withoutSecrets),
    fetches: fetches.map(({ subgraph, timing }) => {
      return { subgraph, p50Ms: timing?.p50Ms ?? null, p95Ms: timing?.p95Ms ?? null };
    }),
    denied: deniedFieldsOf(prepared),
    deprecated: findDeprecations(prepared.model.apiSchema, document),
  };
}

/** Lists the fields that the caller may not see, and what it lacks. */
export function deniedFieldsOf(prepared: PreparedOperation): DeniedField[] {
  return prepared.deniedFields().map(({ path, requirements }) => {
    return { path: path.join('.'), reason: requirements.map(describeRequirement).join(' ') };
  });
}
