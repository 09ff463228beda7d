import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import type { CostReport } from '../access/budget/report.ts';
import type { FieldPrice } from '../access/cost/cost-by-field.ts';
import type { Requirement } from '../engine/authorization/requirements.ts';
import type { PreparedOperation } from '../engine/operation.ts';
import { planText } from '../engine/planning/plan-text.ts';
import { type Deprecation, findDeprecations } from './deprecations.ts';
import { withoutSecrets } from './explanation.ts';
import type { Priced } from './stages.ts';

/** Header of a request for a receipt: `GraphQL-Dry-Run: true`. */
const requestHeader = 'graphql-dry-run';

export function asksForReceipt({ headers }: Pick<Priced, 'headers'>): boolean {
  return headers[requestHeader] === 'true';
}

/** A field that the caller may not see. In the response it would be null, with an error at its path. */
export interface DeniedField {
  readonly path: string;
  readonly reason: string;
}

/** What an operation would cost and do, without running it: the extensions of the response. */
export interface Receipt {
  readonly cost: Partial<CostReport> & { readonly byField: readonly FieldPrice[] };
  readonly plan: string;
  /** The subgraph of each request, in the order of the plan. */
  readonly fetches: readonly { readonly subgraph: string }[];
  readonly denied: readonly DeniedField[];
  readonly deprecated: readonly Deprecation[];
}

/**
 * Makes the receipt of an operation from its plan. No subgraph is called.
 * @param cost undefined if operations cost nothing
 * @throws RequestError when the variables don't fit the operation
 */
export function makeReceipt(priced: Priced, prepared: PreparedOperation, cost: CostReport | undefined): Receipt {
  const { generation, document, operation, variables } = priced;
  prepared.coerceVariables(variables);
  return {
    cost: {
      ...cost,
      requestedQueryCost: priced.price,
      actualQueryCost: null,
      byField: generation.pricer.costByField(document, operation, variables),
    },
    plan: planText(prepared.plan, withoutSecrets),
    fetches: fetchesIn(prepared.plan).map(({ serviceName: subgraph }) => ({ subgraph })),
    denied: deniedFieldsOf(prepared),
    deprecated: findDeprecations(prepared.model.apiSchema, document),
  };
}

/** Lists the fields that the caller may not see, and what it lacks. */
export function deniedFieldsOf(prepared: PreparedOperation): DeniedField[] {
  return prepared.deniedFields().map(({ path, requirements }) => {
    return { path: path.join('.'), reason: requirements.map(reasonOf).join(' ') };
  });
}

function reasonOf(requirement: Requirement): string {
  if (requirement.kind === 'authenticated') return 'Requires a signed-in account.';
  const alternatives = requirement.anyOf.map((names) => names.join(' and '));
  const what = requirement.kind === 'scopes' ? 'the scope' : 'the policy';
  return `Requires ${what} ${alternatives.join(', or ')}.`;
}

/** Lists the requests of a plan, those of conditional parts included. */
function fetchesIn({ node }: QueryPlan): FetchNode[] {
  return node ? fetchesBelow(node) : [];
}

function fetchesBelow(node: PlanNode | SubscriptionNode): FetchNode[] {
  switch (node.kind) {
    case 'Fetch':
      return [node];
    case 'Flatten':
      return fetchesBelow(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesBelow);
    case 'Subscription':
      return [node.primary, ...(node.rest ? fetchesBelow(node.rest) : [])];
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((clause) => (clause ? fetchesBelow(clause) : []));
    case 'Defer':
      return [node.primary.node, ...node.deferred.map((part) => part.node)].flatMap((part) =>
        part ? fetchesBelow(part) : [],
      );
  }
}
