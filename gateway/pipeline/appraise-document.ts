import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { DocumentAppraisal, DocumentFigures } from '#shared/identity/document-appraisal.ts';
import { scopesOf } from '#shared/identity/identity.ts';
import type { Budgets } from '../access/budget/budgets.ts';
import { budgetSubject, tierLimits } from '../access/budget/tiers.ts';
import { toGrants } from '../access/caller.ts';
import { largestVariables } from '../access/cost/largest-variables.ts';
import { documentId } from '../access/documents/manifest.ts';
import type { Generation } from '../supergraph/generation.ts';
import { withoutSuggestion } from './check-document.ts';
import { isDroppable } from './is-droppable.ts';
import { limitPages } from './limit-pages.ts';
import type { Checked } from './stages.ts';

/** Fields whose cost is told. */
const maxFields = 20;
/** Faults that are told of one document. */
const maxFaults = 5;

export interface AppraisedFor {
  readonly mayReadSchema: boolean;
  /** Undefined if operations cost nothing. */
  readonly budgets: Budgets | undefined;
  /** Points that an operation of the owner may cost; null for no limit. */
  readonly priceLimit: number | null;
}

/** Validates, plans and prices a text as the gateway does for a request of this caller. */
export async function appraiseDocument(
  text: string,
  checked: Checked,
  { mayReadSchema, budgets, priceLimit }: AppraisedFor,
): Promise<DocumentAppraisal> {
  const { generation } = checked;
  const about = { id: documentId(text), supergraph: documentId(generation.supergraphSdl), priceLimit };
  const faulty = (faults: readonly string[]): DocumentAppraisal => ({ ...about, faults: [...faults], figures: null });
  const result = generation.views.for(checked.caller.identity).documents.inspect(text);
  if (result.kind === 'refused') return faulty([result.error.message]);
  if (result.kind === 'invalid') {
    const errors = mayReadSchema ? result.errors : result.errors.map(withoutSuggestion);
    return faulty(errors.slice(0, maxFaults).map(({ message }) => message));
  }
  const { document, operations } = result;
  const [operation, second] = operations;
  if (second) return faulty(['A registered document has one operation. Register each in a document of its own.']);
  try {
    limitPages({ ...checked, document, operation, variables: {} }, budgets);
    const figures = await figuresOf(text, document, operation, checked);
    return { ...about, faults: [], figures };
  } catch (error) {
    return faulty([error instanceof Error ? error.message : 'The document cannot be planned.']);
  }
}

async function figuresOf(
  source: string,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { generation, caller, address }: Checked,
): Promise<DocumentFigures> {
  const { pricer, engine } = generation;
  const { points: bucket, maxPageSize } = tierLimits[budgetSubject(caller.identity, address).tier];
  const variables = largestVariables(operation, maxPageSize, (given) => pricer.price(document, operation, given));
  const maximum = pricer.price(document, operation, variables);
  const byField = pricer.costByField(document, operation, variables).toSorted((one, other) => other.cost - one.cost);
  const droppable = byField.find(({ path }) => path.includes('.') && isDroppable(document, operation, path));
  const pointsPerMinute = (60_000 * bucket.points) / bucket.perMs;
  const grants = grantsOfOwner(caller);
  const fetched = engine ? await engine.fetchesOf(planRequest(source, document, operation, grants)) : [];
  return {
    maximum,
    isConstant: Object.keys(variables).length === 0,
    byField: byField.slice(0, maxFields),
    fetches: fetched.length,
    subgraphs: [...new Set(fetched)].sort(),
    callsPerMinute: Math.floor(pointsPerMinute / Math.max(maximum, 1)),
    cheapestDrop: droppable ? { path: droppable.path, saves: droppable.cost } : null,
  };
}

/** A document belongs to an organization: an API key registers documents that only accounts may run. */
function grantsOfOwner({ identity, grants }: Checked['caller']): Checked['caller']['grants'] {
  return identity.kind === 'account' ? toGrants({ ...identity, scopes: scopesOf(identity.roles) }) : grants;
}

function planRequest(
  source: string,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  grants: Checked['caller']['grants'],
): Parameters<NonNullable<Generation['engine']>['fetchesOf']>[0] {
  return { source, document, operationName: operation.name?.value, grants };
}
