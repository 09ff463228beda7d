import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { compileCost } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { type ExpensivePath, mostExpensivePath } from './explain.ts';
import type { CostModel } from './model.ts';
import type { CostProgram } from './program.ts';
import type { Variables } from './variables.ts';

/** Prices the operations of valid documents before they run. Each is compiled once and priced again for each request's variables. */
export class OperationPricer {
  readonly #model: CostModel;
  readonly #programs = new WeakMap<OperationDefinitionNode, CostProgram>();

  constructor(model: CostModel) {
    this.#model = model;
  }

  /**
   * The most that the operation may cost with these variables, in objects as `CostModel` weighs them; a subscription's price is that of one event.
   * @throws GraphError BAD_USER_INPUT where `@listSize` requires one slicing argument and none or several are given
   */
  price(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): number {
    return evaluate(this.#programOf(document, operation), variables);
  }

  /** Where most of that cost lies. */
  mostExpensivePath(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
  ): ExpensivePath | undefined {
    return mostExpensivePath(this.#programOf(document, operation), variables);
  }

  #programOf(document: DocumentNode, operation: OperationDefinitionNode): CostProgram {
    const known = this.#programs.get(operation);
    if (known) return known;
    const program = compileCost(this.#model, document, operation);
    this.#programs.set(operation, program);
    return program;
  }
}
