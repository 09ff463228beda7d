import type { Guard } from './guards.ts';
import type { ListLength } from './list-length.ts';
import type { Variables } from './variables.ts';

/** What is left of an operation when everything is computed that no variable can change. */
export interface CostProgram {
  readonly root: PricedSelection;
  /** The selections whose cost depends on variables, inner ones first. */
  readonly steps: readonly PricedSelection[];
  /** Results of the steps, by `slot`. */
  readonly results: Float64Array;
}

/** What is selected in an object. */
export interface PricedSelection {
  /** One for each type that the object may have; the dearest counts. */
  readonly options: readonly PricedOption[];
  /** The cost where no variable can change it. */
  readonly constant: number;
  /** Where `results` has the cost, or -1 where it is constant. */
  readonly slot: number;
}

export interface PricedOption {
  readonly fields: readonly PricedField[];
  /** Cost of the fields that no variable can change. */
  readonly constant: number;
  /** The other fields. */
  readonly varying: readonly PricedField[];
}

export interface PricedField {
  readonly key: string;
  /** The field counts where one of them holds. */
  readonly guards: readonly Guard[];
  /** Cost of one value without what is selected in it. */
  readonly weight: number;
  readonly length: ListLength;
  /** Cost of the arguments. */
  readonly input: number | ((variables: Variables) => number);
  readonly selection: PricedSelection;
}
