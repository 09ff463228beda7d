import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { compileCost } from './compile.ts';
import { costByField, type FieldPrice } from './cost-by-field.ts';
import { evaluate } from './evaluate.ts';
import { type ExpensivePath, mostExpensivePath } from './explain.ts';
import type { CostModel } from './model.ts';
import type { CostProgram } from './program.ts';
import type { Variables } from './variables.ts';

/** Prices operations of valid documents before they run. Each operation is compiled once and priced with the variables of each request. */
export class OperationPricer {
  readonly #model: CostModel;
  readonly #programs = new WeakMap<OperationDefinitionNode, CostProgram>();

  constructor(model: CostModel) {
    this.#model = model;
  }

  /**
   * Computes the maximum cost of the operation with these variables, in objects as `CostModel` weighs them. The price of a subscription is that of
   * one event.
   * @throws GraphError BAD_USER_INPUT if `@listSize` requires one slicing argument and the operation gives none or several
   */
  price(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): number {
    return evaluate(this.#programOf(document, operation), variables);
  }

  /** Finds the path at which the operation costs most. */
  mostExpensivePath(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
  ): ExpensivePath | undefined {
    return mostExpensivePath(this.#programOf(document, operation), variables);
  }

  /** Lists what each field adds to the price. */
  costByField(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): FieldPrice[] {
    return costByField(this.#programOf(document, operation), variables);
  }

  #programOf(document: DocumentNode, operation: OperationDefinitionNode): CostProgram {
    const known = this.#programs.get(operation);
    if (known) return known;
    const program = compileCost(this.#model, document, operation);
    this.#programs.set(operation, program);
    return program;
  }
}
