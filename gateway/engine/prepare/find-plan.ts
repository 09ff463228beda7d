import type { QueryPlan } from '@apollo/query-planner';
import { type FieldNode, print } from 'graphql';
import { withoutDenied } from '../authorization/operation-access.ts';
import { countSelections } from '../document/count-selections.ts';
import { RequestError, requestError } from '../errors.ts';
import { countCandidates } from '../planning/count-candidates.ts';
import { plannableDocument } from '../planning/plannable-document.ts';
import { type Planner, PlanningFailure } from '../planning/planner.ts';
import { needsNoSubgraph, withoutIntrospection } from '../planning/without-introspection.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import type { CheckedDocument } from './checked-documents.ts';

const nothing: ReadonlySet<FieldNode> = new Set();
const nothingToFetch: QueryPlan = { kind: 'QueryPlan' };

/** Which plan of a document is wanted. */
export interface WantedPlan {
  readonly source: string;
  readonly operationName?: string | undefined;
  /** The active labels of `@override(label:)`. */
  readonly activeLabels: readonly string[];
  /** What the client is allowed to see. */
  readonly accessKey: string;
  /** The document is trusted: its plans are kept. */
  readonly isTrusted?: boolean | undefined;
  /** The plan is made before a request needs it. */
  readonly isAhead?: boolean;
}

export interface FoundPlan {
  readonly plan: QueryPlan;
  /** Fields that the client may not see. */
  readonly denied: ReadonlySet<FieldNode>;
}

/** Finds the plan of what a client with this access may see. @throws RequestError */
export async function findPlan(
  { given, document, labelled, access }: CheckedDocument,
  { source, operationName, activeLabels, accessKey, isTrusted = false, isAhead = false }: WantedPlan,
  { planner, model }: { readonly planner: Planner; readonly model: SupergraphModel },
): Promise<FoundPlan> {
  const denied = accessKey.includes('0') ? access.denied(accessKey) : nothing;
  const permitted = denied.size > 0 ? withoutDenied(labelled?.document ?? document, denied) : undefined;
  const fetched = withoutIntrospection(permitted ?? labelled?.document ?? document);
  const plannable = plannableDocument(fetched, model);
  if (needsNoSubgraph(plannable)) return { plan: nothingToFetch, denied };
  const plan = await planner
    .plan({
      source: plannable === given ? source : print(plannable),
      operationName,
      activeLabels,
      selections: countSelections(plannable),
      candidates: countCandidates(plannable, model),
      isTrusted,
      isAhead,
    })
    .catch((error: unknown) => {
      throw planningError(error);
    });
  return { plan, denied };
}

/** Whether planning failed because of a defect of the planner, not because of a limit. */
export function isDefect(error: unknown): boolean {
  return error instanceof RequestError && error.cause instanceof PlanningFailure && error.cause.reason === 'failed';
}

function planningError(error: unknown): RequestError {
  if (!(error instanceof PlanningFailure)) throw error;
  switch (error.reason) {
    case 'timeout':
      return requestError('GATEWAY_TIMEOUT', 'The operation takes too long to plan');
    case 'overloaded':
      return requestError('REQUEST_CONCURRENCY_LIMITED', 'Too many operations are waiting to be planned', true);
    case 'closed':
      return requestError('INTERNAL_SERVER_ERROR', 'The gateway is stopping', true);
    case 'tooComplex':
      return requestError('COST_ESTIMATED_TOO_EXPENSIVE', 'The operation is too complex to plan');
    case 'failed':
      return new RequestError(
        [
          {
            message: 'The operation could not be planned',
            extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
          },
        ],
        { cause: error },
      );
  }
}
