import type { FetchDataRewrite, PlanNode } from '@apollo/query-planner';
import type { OperationKind } from '../ports.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { type FetchStep, isEntityStep } from './fetch-step.ts';
import { groupSteps, type StepGroup } from './group-steps.ts';
import { type EntitySlot, mergeEntityOperations } from './merge-operations.ts';
import { type PathNode, PathTree, pathOf } from './path-tree.ts';
import { type Conditions, planSteps } from './plan-steps.ts';
import { providedAt, topLevelKeys } from './provided-fields.ts';
import { compileRepresentation, type RepresentationBuilder } from './representation.ts';
import { compileRequestBody, type RequestBody } from './request-body.ts';

/** A step's part in a batch. */
export interface BatchMember {
  readonly at: PathNode;
  /** Index into the batch's slots; 0 for a fetch of root fields. */
  readonly slot: number;
  readonly representation: RepresentationBuilder | undefined;
  /** Response keys the answer brings to each target. */
  readonly keys: readonly string[];
  readonly outputRewrites: readonly FetchDataRewrite[];
  /** Path nodes whose targets may have changed once this member's answer is merged. */
  readonly reaches: readonly number[];
  readonly fetchId: string | undefined;
}

/** One request to one subgraph. */
export interface Batch {
  readonly id: number;
  readonly subgraph: string;
  readonly kind: OperationKind;
  readonly slots: readonly EntitySlot[];
  readonly members: readonly BatchMember[];
  readonly body: RequestBody;
  readonly waitsFor: number;
  readonly next: readonly number[];
}

/** What one part of a plan does, under known values of its conditions. */
export interface Program {
  readonly batches: readonly Batch[];
}

/** The places in a response that a plan's fetches start from, common to all parts of the plan. */
export interface Places {
  readonly nodes: readonly PathNode[];
  /** For each place, the leaf keys that tell its objects apart before anything is merged into them, if few. */
  readonly canonicalKeys: readonly (readonly string[] | undefined)[];
}

/** More keys than this cost more to compare than equal objects save. */
const MAX_CANONICAL_KEYS = 4;

/**
 * Compiles the parts of a plan, which share one response: a query has one part, `@defer` one for each delivery, a
 * subscription its `rest`. Programs come in the order of the parts.
 */
export function compilePrograms(
  parts: readonly (PlanNode | undefined)[],
  conditions: Conditions,
  satisfies: SupergraphModel['satisfies'],
): { programs: Program[]; places: Places } {
  const paths = new PathTree();
  const stepsOfParts = parts.map((part) => planSteps(part, paths, conditions));
  const programs = stepsOfParts.map((steps) => compileProgram(steps, paths, satisfies));
  const shared = nodesSharingPaths(paths.nodes);
  const canonicalKeys = paths.nodes.map((node) =>
    shared.has(node) ? undefined : canonicalKeysAt(node, stepsOfParts.flat()),
  );
  return { programs, places: { nodes: paths.nodes, canonicalKeys } };
}

function compileProgram(
  steps: readonly FetchStep[],
  paths: PathTree,
  satisfies: SupergraphModel['satisfies'],
): Program {
  const groups = groupSteps(steps);
  const groupOf = new Map(groups.flatMap((group, index) => group.steps.map((step) => [step, index] as const)));
  const waits = groups.map((group) => predecessors(group, groupOf));
  const batches = groups.map((group, id): Batch => {
    const next = waits.flatMap((before, other) => (before.has(id) ? [other] : []));
    return { ...compileRequest(group, paths, satisfies), id, waitsFor: waits[id]!.size, next };
  });
  return { batches };
}

function predecessors(group: StepGroup, groupOf: ReadonlyMap<FetchStep, number>): Set<number> {
  return new Set(group.steps.flatMap((step) => [...step.after].map((before) => groupOf.get(before)!)));
}

function compileRequest(
  group: StepGroup,
  paths: PathTree,
  satisfies: SupergraphModel['satisfies'],
): Omit<Batch, 'id' | 'waitsFor' | 'next'> {
  const [first, ...others] = group.steps;
  const { subgraph, kind, fetch } = first!;
  if (!isEntityStep(first!)) {
    const body = compileRequestBody(fetch.operation, fetch.operationName, [], fetch.variableUsages ?? []);
    return { subgraph, kind, slots: [], members: [compileMember(first!, 0, paths, satisfies)], body };
  }
  const merged = mergeEntityOperations([fetch, ...others.map((step) => step.fetch)]);
  const variables = merged.slots.map((slot) => slot.variable);
  return {
    subgraph,
    kind,
    slots: merged.slots,
    members: group.steps.map((step, index) => compileMember(step, merged.slotOf[index]!, paths, satisfies)),
    body: compileRequestBody(merged.text, merged.operationName, variables, merged.variables),
  };
}

function compileMember(
  step: FetchStep,
  slot: number,
  paths: PathTree,
  satisfies: SupergraphModel['satisfies'],
): BatchMember {
  const outputRewrites = step.fetch.outputRewrites ?? [];
  const renamed = outputRewrites.flatMap((rewrite) => ('renameKeyTo' in rewrite ? [rewrite.renameKeyTo] : []));
  return {
    at: step.at,
    slot,
    representation: isEntityStep(step) ? compileRepresentation(step.fetch, satisfies) : undefined,
    keys: [...new Set([...topLevelKeys(step), ...renamed])],
    outputRewrites,
    reaches: paths.nodes.filter((node) => outputRewrites.length > 0 || providedAt(step, node)).map((node) => node.id),
    fetchId: step.fetch.id,
  };
}

/**
 * Nodes that differ only in type conditions. Under different parent types one response key may stand for different
 * arguments, so objects found there aren't interchangeable.
 */
function nodesSharingPaths(nodes: readonly PathNode[]): Set<PathNode> {
  const byPath = Map.groupBy(nodes, (node) => pathOf(node).join('.'));
  return new Set([...byPath.values()].filter((group) => group.length > 1).flat());
}

/**
 * Objects of one place with equal content stay equal: every later fetch is asked the same about them. So they may be
 * one object. That needs all of their content to be known and plain, and no answer that depends on their ancestors.
 */
function canonicalKeysAt(node: PathNode, steps: readonly FetchStep[]): readonly string[] | undefined {
  const providers = steps.flatMap((step) => {
    const provided = providedAt(step, node);
    return provided ? [{ step, provided }] : [];
  });
  const keys = new Set(providers.flatMap(({ provided }) => [...provided.leaves]));
  const opaque = providers.some(
    ({ step, provided }) => provided.hasComposites || (step.fetch.outputRewrites?.length ?? 0) > 0,
  );
  const contextual = steps.some((step) => (step.fetch.contextRewrites?.length ?? 0) > 0);
  if (opaque || contextual || keys.size === 0 || keys.size > MAX_CANONICAL_KEYS) return undefined;
  return [...keys];
}
