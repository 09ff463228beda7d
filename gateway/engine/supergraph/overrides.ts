import { type DocumentNode, Kind, visit } from 'graphql';
import { stringArgument } from '../document/arguments.ts';

/** A field that another subgraph resolves while its label is active. */
export interface LabelledOverride {
  readonly label: string;
  readonly field: string;
}

const PERCENT = /^percent\((\d+(?:\.\d+)?)\)$/;

/** The progressive overrides of a supergraph, from `@join__field(overrideLabel:)`. */
export function readOverrides(document: DocumentNode): LabelledOverride[] {
  const overrides: LabelledOverride[] = [];
  visit(document, {
    FieldDefinition(field) {
      for (const directive of field.directives ?? []) {
        const label = directive.name.value === 'join__field' ? stringArgument(directive, 'overrideLabel') : undefined;
        if (label !== undefined) overrides.push({ label, field: field.name.value });
      }
    },
  });
  return overrides;
}

/**
 * The labels that a document's plan may depend on: the labels of fields that it selects or that the planner may fetch for
 * itself. Other labels are ignored, so that equal plans aren't made twice.
 */
export function labelsInDocument(
  document: DocumentNode,
  overrides: readonly LabelledOverride[],
  plannerNames: ReadonlySet<string>,
): ReadonlySet<string> {
  if (overrides.length === 0) return new Set();
  const selected = new Set<string>();
  visit(document, {
    enter(node) {
      if (node.kind === Kind.FIELD) selected.add(node.name.value);
    },
  });
  const concerned = overrides.filter(({ field }) => selected.has(field) || plannerNames.has(field));
  return new Set(concerned.map(({ label }) => label));
}

/**
 * Chooses the active labels of one request. `percent(x)` is active in x percent of the requests; `isActive` decides on other labels.
 * @param roll a number from 0 to below 1; by default random
 */
export function chooseLabels(
  overrides: readonly LabelledOverride[],
  isActive: (label: string) => boolean,
  roll: () => number = Math.random,
): string[] {
  const labels = new Set(overrides.map(({ label }) => label));
  return [...labels].filter((label) => {
    const percent = PERCENT.exec(label)?.[1];
    return percent === undefined ? isActive(label) : roll() * 100 < Number(percent);
  });
}
