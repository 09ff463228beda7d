import type { Guard } from './guards.ts';
import type { ListLength } from './list-length.ts';
import type { Variables } from './variables.ts';

/** The cost of an operation, with every part computed that does not depend on variables. */
export interface CostProgram {
  readonly root: PricedSelection;
  /** The selections whose cost depends on variables, inner ones first. */
  readonly steps: readonly PricedSelection[];
  /** Results of the steps, by `slot`. */
  readonly results: Float64Array;
}

/** The cost of a selection set. */
export interface PricedSelection {
  /** One for each type that the object may have. The most expensive one counts. */
  readonly options: readonly PricedOption[];
  /** The cost, if it does not depend on variables. */
  readonly constant: number;
  /** Index of the cost in `results`, or -1 for a constant cost. */
  readonly slot: number;
}

export interface PricedOption {
  readonly fields: readonly PricedField[];
  /** Cost of the fields that do not depend on variables. */
  readonly constant: number;
  /** The other fields. */
  readonly varying: readonly PricedField[];
}

export interface PricedField {
  readonly key: string;
  /** The field counts if one of these guards holds. Without guards it always counts. */
  readonly guards: readonly Guard[];
  /** Cost of one value without its selection set. */
  readonly weight: number;
  readonly length: ListLength;
  /** Cost of the arguments. */
  readonly input: number | ((variables: Variables) => number);
  readonly selection: PricedSelection;
}
