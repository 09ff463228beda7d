import type { ExecutionResult, GraphQLError } from 'graphql';
import { GraphError } from '../errors/errors.ts';
import type { Operation, OperationValues } from '../executor/operation.ts';
import type { Admission } from '../executor/run.ts';

/**
 * P13: number of objects that a request completes before other requests get their turn on the event loop. Most requests
 * have fewer, because objects after a pause are loaded in another batch.
 */
const objectsPerTurn = 2_000;

interface Turn {
  readonly objects: number;
  readonly begin: () => void;
}

export interface ExecutionOptions {
  readonly maxObjects: number;
  /** Aborted when the gateway has disconnected. */
  readonly client?: AbortSignal;
}

/**
 * The execution of one request. It ends early when the gateway disconnects or the result has too many objects. Its signal
 * then cancels running statements, and the remaining fields never settle. An execution without references is
 * garbage-collected.
 */
export class Execution implements Admission {
  readonly #ended = new AbortController();
  readonly #maxObjects: number;
  readonly #client: AbortSignal | undefined;
  readonly #leave = () => this.#ended.abort(new GraphError('SERVICE_UNAVAILABLE', 'The request was cancelled.'));
  #objects = 0;
  #inTurn = 0;
  #turnScheduled = false;
  readonly #waiting: Turn[] = [];

  constructor({ maxObjects, client }: ExecutionOptions) {
    this.#maxObjects = maxObjects;
    this.#client = client;
    if (client?.aborted) this.#leave();
    else client?.addEventListener('abort', this.#leave, { once: true });
  }

  /** Aborted when the execution ends early. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Runs an operation to its end, or to the early end of this execution. Call it once. */
  async run(operation: Operation, values: Omit<OperationValues, 'admission'>): Promise<ExecutionResult> {
    const stopped = new Promise<ExecutionResult>((resolve) => {
      const stop = () => resolve({ data: null, errors: [this.#reason()] });
      if (this.signal.aborted) stop();
      else this.signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([stopped, operation.execute({ ...values, admission: this })]);
    } finally {
      // The signal of a subscription outlives the executions of its events.
      this.#client?.removeEventListener('abort', this.#leave);
    }
  }

  isOver(): boolean {
    return this.signal.aborted;
  }

  admit(value: unknown): unknown {
    if (this.signal.aborted) return never();
    const objects = countObjects(value);
    this.#objects += objects;
    if (this.#objects > this.#maxObjects) {
      this.#ended.abort(tooManyObjects(this.#maxObjects));
      return never();
    }
    return this.#takeTurn(objects, value);
  }

  #takeTurn(objects: number, value: unknown): unknown {
    if (this.#waiting.length === 0 && this.#inTurn < objectsPerTurn) {
      this.#inTurn += objects;
      this.#scheduleTurn();
      return value;
    }
    return new Promise((resolve) => {
      this.#waiting.push({ objects, begin: () => resolve(this.signal.aborted ? never() : value) });
    });
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    setImmediate(() => this.#beginTurn());
  }

  #beginTurn(): void {
    this.#turnScheduled = false;
    this.#inTurn = 0;
    while (this.#inTurn < objectsPerTurn) {
      const turn = this.#waiting.shift();
      if (!turn) return;
      this.#inTurn += turn.objects;
      turn.begin();
    }
    this.#scheduleTurn();
  }

  #reason(): GraphQLError {
    return this.signal.reason; // always a GraphError: this class is the only one that aborts
  }
}

function tooManyObjects(limit: number): GraphError {
  return new GraphError(
    'COST_ACTUAL_TOO_EXPENSIVE',
    `The result has more than ${limit} objects. Select fewer fields, shorter lists or fewer nested lists.`,
    { limit },
  );
}

function countObjects(value: unknown): number {
  if (value === null || value === undefined) return 0;
  return Array.isArray(value) ? value.length : 1;
}

/** Returns a new promise each time, so that its handlers can be garbage-collected with it. */
function never(): Promise<never> {
  return new Promise(() => {});
}
