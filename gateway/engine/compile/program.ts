import type { FetchDataRewrite, PlanNode } from '@apollo/query-planner';
import type { Conditions } from '../document/conditions.ts';
import type { OperationKind } from '../ports.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { type ContextReader, compileContextReader } from './context-values.ts';
import { type FetchStep, hasContext, isEntityStep } from './fetch-step.ts';
import { groupSteps, type StepGroup } from './group-steps.ts';
import { compileMerge, type MergeFunction } from './merge.ts';
import { type EntitySlot, mergeEntityOperations } from './merge-operations.ts';
import { type PathNode, PathTree } from './path-tree.ts';
import { compilePlaces, type Place } from './places.ts';
import { planSteps } from './plan-steps.ts';
import { Provisions, topLevelKeys } from './provided-fields.ts';
import { compileRepresentation, type RepresentationBuilder, requiredKeys } from './representation.ts';
import { compileRequestBody, type RequestBody } from './request-body.ts';

/** One step's share of a batch. */
export interface BatchMember {
  readonly at: PathNode;
  /** Index into the batch's slots; 0 for a fetch of root fields. */
  readonly slot: number;
  readonly representation: RepresentationBuilder | undefined;
  /** Keys of the fields that representations contain. */
  readonly requires: readonly string[];
  /** Response keys that the result adds to each target. */
  readonly keys: readonly string[];
  /** Merges the result for a target into it. The result isn't changed. */
  readonly merge: MergeFunction;
  readonly outputRewrites: readonly FetchDataRewrite[];
  /** Reads the arguments that depend on the target's position in the response. */
  readonly context: ContextReader | undefined;
  /** Ids of places that must be searched again after this member's result is merged. */
  readonly reaches: readonly number[];
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

/** One part of a plan, compiled for known values of its conditions. */
export interface Program {
  readonly batches: readonly Batch[];
}

/** The parts of the supergraph model that compiling needs. */
export type PlanModel = Pick<SupergraphModel, 'satisfies' | 'fieldType' | 'requiredBy' | 'keysOf' | 'interfaceObjects'>;

/**
 * Compiles the parts of a plan into programs, in the same order. The parts share one response. A query has one part, a
 * response with `@defer` one for each delivery, a subscription its source of events and its `rest`.
 * @param nullsInPlace whether subgraphs are asked not to propagate errors
 */
export function compilePrograms(
  parts: readonly (PlanNode | undefined)[],
  conditions: Conditions,
  model: PlanModel,
  nullsInPlace: boolean,
): { programs: Program[]; places: readonly Place[]; paths: readonly PathNode[] } {
  const paths = new PathTree();
  const stepsOfParts = parts.map((part) => planSteps(part, paths, conditions, model));
  const steps = stepsOfParts.flat();
  const provisions = new Provisions(steps, paths.nodes);
  const places = compilePlaces(paths.nodes, steps, provisions);
  const rewrites = steps.some((step) => (step.fetch.outputRewrites?.length ?? 0) > 0);
  // A renamed key may be part of any path, so every place is searched again.
  const reaches = (step: FetchStep): number[] =>
    (rewrites ? paths.nodes : provisions.reachedBy(step)).map((node) => node.id);
  const programs = stepsOfParts.map((part) => compileProgram(part, { ...model, reaches, nullsInPlace }));
  return { programs, places, paths: paths.nodes };
}

interface StepContext extends Pick<SupergraphModel, 'satisfies' | 'fieldType' | 'interfaceObjects'> {
  readonly nullsInPlace: boolean;
  readonly reaches: (step: FetchStep) => number[];
}

function compileProgram(steps: readonly FetchStep[], context: StepContext): Program {
  const groups = groupSteps(steps);
  const groupOf = new Map(groups.flatMap((group, index) => group.steps.map((step) => [step, index] as const)));
  const waits = groups.map((group) => predecessors(group, groupOf));
  const batches = groups.map((group, id): Batch => {
    const next = waits.flatMap((before, other) => (before.has(id) ? [other] : []));
    return { ...compileRequest(group, context), id, waitsFor: waits[id]!.size, next };
  });
  return { batches };
}

function predecessors(group: StepGroup, groupOf: ReadonlyMap<FetchStep, number>): Set<number> {
  return new Set(group.steps.flatMap((step) => [...step.after].map((before) => groupOf.get(before)!)));
}

function compileRequest(group: StepGroup, context: StepContext): Omit<Batch, 'id' | 'waitsFor' | 'next'> {
  const [first, ...others] = group.steps;
  const { subgraph, kind, fetch } = first!;
  const { nullsInPlace } = context;
  if (!isEntityStep(first!)) {
    const body = compileRequestBody(fetch.operation, fetch.operationName, nullsInPlace, [], fetch.variableUsages ?? []);
    return { subgraph, kind, slots: [], members: [compileMember(first!, 0, context)], body };
  }
  const merged = mergeEntityOperations([fetch, ...others.map((step) => step.fetch)]);
  const variables = merged.slots.map((slot) => slot.variable);
  return {
    subgraph,
    kind,
    slots: merged.slots,
    members: group.steps.map((step, index) => compileMember(step, merged.slotOf[index]!, context)),
    body: compileRequestBody(merged.text, merged.operationName, nullsInPlace, variables, merged.variables),
  };
}

function compileMember(step: FetchStep, slot: number, context: StepContext): BatchMember {
  const { satisfies, fieldType, interfaceObjects, reaches } = context;
  const outputRewrites = step.fetch.outputRewrites ?? [];
  const renamed = outputRewrites.flatMap((rewrite) => ('renameKeyTo' in rewrite ? [rewrite.renameKeyTo] : []));
  const keys = [...new Set([...topLevelKeys(step), ...renamed])];
  return {
    at: step.at,
    slot,
    representation: isEntityStep(step) ? compileRepresentation(step.fetch, { satisfies, fieldType }) : undefined,
    requires: requiredKeys(step.fetch.requires ?? []),
    keys,
    merge: compileMerge(keys, interfaceObjects),
    outputRewrites,
    context: hasContext(step) ? compileContextReader(step.fetch.contextRewrites ?? [], satisfies) : undefined,
    reaches: reaches(step),
  };
}
