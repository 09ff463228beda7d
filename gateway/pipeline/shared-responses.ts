import { OperationTypeNode } from 'graphql';
import type { Generation } from '../supergraph/generation.ts';
import type { Cancellation } from './cancellation.ts';
import type { Executed } from './executed.ts';
import { ResponseReaders } from './response-readers.ts';
import type { Checked } from './stages.ts';

interface InFlight {
  readonly readers: ResponseReaders;
  readonly response: Promise<Executed>;
  count: number;
}

/** Characters of variables up to which comparing them costs less than an execution. */
const maxKeyLength = 20_000;

/**
 * Executes equal queries of equal callers once while they are in flight. Errors carry the id of the executed request, under which they are
 * logged.
 */
export class SharedResponses {
  readonly #inFlight = new WeakMap<Generation, Map<string, InFlight>>();

  respond(checked: Checked, execute: (cancellation: Cancellation) => Promise<Executed>): Promise<Executed> {
    const key = responseKey(checked);
    const current = key === undefined ? undefined : this.#current(checked.generation);
    const known = key === undefined ? undefined : current?.get(key);
    if (known && !known.readers.cancellation.isCancelled) {
      known.readers.join(checked.cancellation);
      known.count += 1;
      return known.response;
    }
    const readers = new ResponseReaders();
    readers.join(checked.cancellation);
    if (key === undefined || !current) return execute(readers.cancellation);
    const response = execute(readers.cancellation)
      .finally(() => {
        if (current.get(key) === started) current.delete(key);
      })
      .then((finished) => {
        // No more readers can join: the key has been removed.
        finished.body.setReaders(started.count);
        return finished;
      });
    const started: InFlight = { readers, response, count: 1 };
    current.set(key, started);
    return response;
  }

  #current(generation: Generation): Map<string, InFlight> {
    const known = this.#inFlight.get(generation);
    if (known) return known;
    const made = new Map<string, InFlight>();
    this.#inFlight.set(generation, made);
    return made;
  }
}

/** Returns a key of everything that the response to a query may depend on; undefined if the response must not be shared. */
function responseKey(checked: Checked): string | undefined {
  const { caller, source, operation, operationName, variables, onError, explanation, contract, rateLimit, readAfter } =
    checked;
  if (operation.operation !== OperationTypeNode.QUERY || explanation || rateLimit) return undefined;
  const given = JSON.stringify(variables);
  if (given.length > maxKeyLength) return undefined;
  return [caller.key, operationName ?? '', onError, contract?.timeoutMs ?? '', readAfter ?? '', given, source].join(
    '\n',
  );
}
