/** A value from a subgraph that the schema doesn't allow, found while writing. */
export interface CompletionError {
  readonly message: string;
  /** From the innermost key outwards, while the writers return. */
  readonly reversedPath: (string | number)[];
}

/** No one reads further, and a large list of bad items may have very many. */
const MAX_COMPLETION_ERRORS = 200;

/** Thrown when the text outgrows its limit: equal objects are fetched once but may be written very often. */
export class ResponseTooLarge extends Error {}

/** What writers share during one response. */
export class WriteContext {
  readonly errors: CompletionError[] = [];
  readonly variables: Readonly<Record<string, unknown>>;
  /** Strings of subgraphs may be written between quotes as they are. */
  readonly isUnescaped: boolean;
  /** Counts every problem, also those beyond the limit: a writer compares it to know whether its value is clean. */
  count = 0;
  readonly #maxLength: number;

  constructor(variables: Readonly<Record<string, unknown>>, isUnescaped: boolean, maxLength: number) {
    this.variables = variables;
    this.isUnescaped = isUnescaped;
    this.#maxLength = maxLength;
  }

  /** Records a problem with the value at `key` of the object being written, or with the value itself. */
  add(message: string, key?: string | number): void {
    this.count++;
    if (this.errors.length < MAX_COMPLETION_ERRORS) {
      this.errors.push({ message, reversedPath: key === undefined ? [] : [key] });
    }
  }

  /** Adds a key to the paths of the problems found since there were `before` of them. */
  within(before: number, key: string | number): void {
    for (let index = before; index < this.errors.length; index++) this.errors[index]!.reversedPath.push(key);
  }

  checkLength(text: string): void {
    if (text.length > this.#maxLength) throw new ResponseTooLarge();
  }
}
