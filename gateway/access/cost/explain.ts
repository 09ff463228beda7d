import { evaluate, fieldCost, optionCost } from './evaluate.ts';
import type { CostProgram, PricedField, PricedSelection } from './program.ts';
import type { Variables } from './variables.ts';

/** The path at which an operation costs most. */
export interface ExpensivePath {
  /** Response keys with dots between them, such as `shipments.nodes.stops`. */
  readonly path: string;
  /** Cost of the field at the path. */
  readonly cost: number;
}

/** Finds the deepest field with at least half of the cost; undefined if the cost is spread over many fields. */
export function mostExpensivePath(program: CostProgram, variables: Variables): ExpensivePath | undefined {
  const half = evaluate(program, variables) / 2;
  const keys: string[] = [];
  let cost = 0;
  let selection: PricedSelection | undefined = program.root;
  /** Number of objects with the selection. */
  let objects = 1;
  while (selection) {
    const field: PricedField | undefined = mostExpensiveField(selection, program, variables);
    const spent: number = field ? objects * fieldCost(field, variables, program.results) : 0;
    if (!field || spent < half || spent === 0) break;
    keys.push(field.key);
    cost = spent;
    objects *= typeof field.length === 'number' ? field.length : field.length(variables);
    selection = field.selection;
  }
  return keys.length > 0 ? { path: keys.join('.'), cost } : undefined;
}

function mostExpensiveField(
  { options }: PricedSelection,
  { results }: CostProgram,
  variables: Variables,
): PricedField | undefined {
  const option = highest(options, ({ fields }) => optionCost({ constant: 0, varying: fields }, variables, results));
  return option && highest(option.fields, (field) => fieldCost(field, variables, results));
}

function highest<T>(items: readonly T[], measure: (item: T) => number): T | undefined {
  let best: T | undefined;
  let bestValue = -Infinity;
  for (const item of items) {
    const value = measure(item);
    if (value <= bestValue) continue;
    best = item;
    bestValue = value;
  }
  return best;
}
