/** A value from a subgraph that the schema doesn't allow, found while writing. */
export interface CompletionError {
  readonly message: string;
  /** The path from the innermost key outwards: each writer adds its key when it returns. */
  readonly reversedPath: (string | number)[];
}

/** A large list of invalid items would have very many errors. */
const MAX_COMPLETION_ERRORS = 200;

/** Thrown when the text exceeds its limit. Equal objects are fetched once but may be written very often, so a small result can have a large text. */
export class ResponseTooLarge extends Error {}

/** The state that the writers of one response share. */
export class WriteContext {
  readonly errors: CompletionError[] = [];
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whether no string of the data needs escaping. */
  readonly isUnescaped: boolean;
  /** The number of all errors, also of those beyond the limit. A writer compares it to find out whether its value has any. */
  count = 0;
  /** The cost of what was written. */
  cost = 0;
  readonly #maxLength: number;

  constructor(variables: Readonly<Record<string, unknown>>, isUnescaped: boolean, maxLength: number) {
    this.variables = variables;
    this.isUnescaped = isUnescaped;
    this.#maxLength = maxLength;
  }

  /** Adds an error at `key` of the current object, or at the current value itself. */
  add(message: string, key?: string | number): void {
    this.count++;
    if (this.errors.length < MAX_COMPLETION_ERRORS) {
      this.errors.push({ message, reversedPath: key === undefined ? [] : [key] });
    }
  }

  /** Adds a key to the paths of all errors after the first `before` ones. */
  within(before: number, key: string | number): void {
    for (let index = before; index < this.errors.length; index++) this.errors[index]!.reversedPath.push(key);
  }

  checkLength(text: string): void {
    if (text.length > this.#maxLength) throw new ResponseTooLarge();
  }
}
