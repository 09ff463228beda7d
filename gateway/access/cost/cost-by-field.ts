import { evaluate, fieldCost, optionCost } from './evaluate.ts';
import type { CostProgram, PricedSelection } from './program.ts';
import type { Variables } from './variables.ts';

/** What a field with everything below it adds to the price. */
export interface FieldPrice {
  /** Response keys with dots between them, such as `shipments.nodes.stops`. */
  readonly path: string;
  readonly cost: number;
}

/** Fields beyond this number are left out: fragments can expand to very many. */
const maxFields = 200;

/** Lists the fields that cost something, each before those below it. Of an interface or union, only the dearest type counts. */
export function costByField(program: CostProgram, variables: Variables): FieldPrice[] {
  evaluate(program, variables);
  const prices: FieldPrice[] = [];
  addFields(program.root, '', 1);
  return prices;

  /** @param objects number of objects that have the selection */
  function addFields({ options }: PricedSelection, parent: string, objects: number): void {
    let dearest = options[0];
    let highest = -1;
    for (const option of options) {
      const cost = optionCost({ constant: 0, varying: option.fields }, variables, program.results);
      if (cost > highest) [dearest, highest] = [option, cost];
    }
    for (const field of dearest?.fields ?? []) {
      const cost = objects * fieldCost(field, variables, program.results);
      if (cost === 0 || prices.length >= maxFields) continue;
      const path = parent === '' ? field.key : `${parent}.${field.key}`;
      prices.push({ path, cost });
      const length = typeof field.length === 'number' ? field.length : field.length(variables);
      addFields(field.selection, path, objects * length);
    }
  }
}
