import type { OperationDefinitionNode } from 'graphql';

/** Characters expected of an operation that has had no response yet. */
const unknownLength = 16_000;
/** Weight of the latest response in the average. */
const weight = 0.25;

/** Expected length of an operation's response: a moving average, in characters. */
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
