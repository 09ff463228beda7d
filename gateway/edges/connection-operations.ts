import { RequestRefusal } from '../errors/request-refusal.ts';
import { Cancellation } from '../pipeline/cancellation.ts';

/** An operation of a connection that carries several. */
export interface ConnectionOperation {
  readonly cancellation: Cancellation;
  /** @throws RequestRefusal REQUEST_CONCURRENCY_LIMITED if the connection was already running as many operations as it may */
  requireRoom(): void;
  /** Frees the id for another operation. */
  end(): void;
}

/** The operations that run on one connection, each under an id of its client. */
export class ConnectionOperations {
  readonly #max: number;
  readonly #running = new Map<string, Cancellation>();

  constructor(max: number) {
    this.#max = max;
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Begins an operation under a free id. */
  begin(id: string): ConnectionOperation {
    const cancellation = new Cancellation();
    const hasRoom = this.#running.size < this.#max;
    this.#running.set(id, cancellation);
    return {
      cancellation,
      requireRoom: () => {
        if (!hasRoom) throw tooManyOperations(this.#max);
      },
      end: () => {
        if (this.#running.get(id) === cancellation) this.#running.delete(id);
      },
    };
  }

  /** Cancels an operation, and frees its id. */
  cancel(id: string): void {
    this.#running.get(id)?.cancel();
    this.#running.delete(id);
  }

  cancelAll(): void {
    for (const cancellation of this.#running.values()) cancellation.cancel();
    this.#running.clear();
  }
}

function tooManyOperations(max: number): RequestRefusal {
  const message = `At most ${max} operations may run at once on one connection. Wait until one has ended.`;
  return new RequestRefusal('REQUEST_CONCURRENCY_LIMITED', message);
}
