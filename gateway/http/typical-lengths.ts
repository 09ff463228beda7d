import type { OperationDefinitionNode } from 'graphql';

/** What an operation is taken for before it was answered once. */
const unknownLength = 16_000;
/** How much the last answer counts. */
const weight = 0.25;

/** How long the answers of an operation are: a moving average of characters. */
export class TypicalLengths {
  readonly #lengths = new WeakMap<OperationDefinitionNode, number>();

  of(operation: OperationDefinitionNode): number {
    return this.#lengths.get(operation) ?? unknownLength;
  }

  learn(operation: OperationDefinitionNode, length: number): void {
    const typical = this.#lengths.get(operation) ?? length;
    this.#lengths.set(operation, typical + (length - typical) * weight);
  }
}
