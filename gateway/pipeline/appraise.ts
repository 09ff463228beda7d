import { getArgumentValues, Kind } from 'graphql';
import { z } from 'zod';
import type { DocumentAppraisal } from '#shared/identity/document-appraisal.ts';
import { hasScope } from '#shared/identity/identity.ts';
import type { Budgets } from '../access/budget/budgets.ts';
import { appraiseDocument } from './appraise-document.ts';
import { type IntrospectionPolicy, mayIntrospect } from './guard-introspection.ts';
import { lowestLimit } from './price.ts';
import type { Checked } from './stages.ts';

/** Gives the access subgraph what documents cost, before the mutation that registers them. */
export type RecordAppraisals = (accountId: string, appraisals: readonly DocumentAppraisal[]) => Promise<void>;

export interface AppraiseOptions {
  readonly record: RecordAppraisals;
  readonly introspection: IntrospectionPolicy;
  /** Undefined if operations cost nothing. */
  readonly budgets: Budgets | undefined;
  /** Points that any operation may cost; undefined for no limit. */
  readonly maxQueryCost: number | undefined;
}

/** Documents of one mutation. The access subgraph refuses more. */
const maxDocuments = 200;

/**
 * Validates, plans and prices the documents of a mutation that registers them. Only a gateway can: the subgraph has neither supergraph nor planner.
 * Other operations pass. A manifest in a wrong form passes too, and the subgraph says what is wrong with it.
 */
export async function appraise(checked: Checked, options: AppraiseOptions): Promise<void> {
  const { record, introspection, budgets, maxQueryCost } = options;
  const { identity } = checked.caller;
  // For others the field is null, and the mutation does not run.
  if (identity.kind !== 'account' || !hasScope(identity, 'access:documents')) return;
  const bodies = registeredBodies(checked).slice(0, maxDocuments);
  if (bodies.length === 0) return;
  const burst = budgets?.highestPrice(identity, checked.address);
  const about = {
    mayReadSchema: mayIntrospect(checked, introspection),
    budgets,
    priceLimit: lowestLimit(maxQueryCost, burst) ?? null,
  };
  const appraisals: DocumentAppraisal[] = [];
  for (const body of bodies) {
    checked.cancellation.throwIfCancelled();
    appraisals.push(await appraiseDocument(body, checked, about));
  }
  await record(identity.accountId, appraisals);
}

/** Reads the texts of the documents that the operation registers. */
function registeredBodies({ generation, operation, variables }: Checked): string[] {
  const names = generation.appraisingFields.get(operation.operation);
  if (!names || names.size === 0) return [];
  const fields = generation.documents.schema.getRootType(operation.operation)?.getFields() ?? {};
  return operation.selectionSet.selections.flatMap((node) => {
    const field = node.kind === Kind.FIELD && names.has(node.name.value) ? fields[node.name.value] : undefined;
    if (!field || node.kind !== Kind.FIELD) return [];
    const parsed = registration.safeParse(readArguments(() => getArgumentValues(field, node, variables)));
    return parsed.success ? parsed.data.input.manifest.operations.map(({ body }) => body) : [];
  });
}

const registration = z.object({
  input: z.object({ manifest: z.object({ operations: z.array(z.object({ body: z.string() })) }) }),
});

/** The engine reports arguments of a wrong type when it executes the mutation. */
function readArguments(read: () => Record<string, unknown>): Record<string, unknown> | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
