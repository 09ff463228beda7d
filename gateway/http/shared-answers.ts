import type { ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import type { ClientRequest } from '../client-request.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { Audience } from './audience.ts';
import type { PlainRequest } from './plain-request.ts';

/** A finished HTTP answer; it may go to several clients. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: AnswerBody;
  /** Codes of the errors in the body. */
  readonly errorCodes: readonly string[];
}

/** Characters up to which Node writes a text together with its head; a longer one it copies into a buffer of three times its length. */
const maxText = 16_000;

/**
 * JSON text for one client or for several. Whoever still holds an answer when all have taken it (promises and frames of the request, old
 * objects for V8) no longer holds its text, which would stay until a full collection.
 */
export class AnswerBody {
  #body: string | Buffer;
  #readers = 1;

  constructor(text: string) {
    this.#body = text.length > maxText ? Buffer.from(text) : text;
  }

  get length(): number {
    return this.#body.length;
  }

  /** Before the first of several takes it: for them it is encoded once. */
  isFor(readers: number): void {
    this.#readers = readers;
    if (readers > 1 && typeof this.#body === 'string') this.#body = Buffer.from(this.#body);
  }

  /** For the next client; each takes it once. */
  take(): string | Buffer {
    const body = this.#body;
    this.#readers -= 1;
    if (this.#readers === 0) this.#body = '';
    return body;
  }
}

interface InFlight {
  readonly audience: Audience;
  readonly answer: Promise<Answer>;
  readers: number;
}

/** Bytes of variables up to which comparing them is cheaper than what may be saved. */
const maxKeyLength = 20_000;

/**
 * Equal queries of equal callers that are in flight at the same time are executed once. Errors carry the id of the request that was
 * executed, under which they are logged.
 */
export class SharedAnswers {
  readonly #inFlight = new WeakMap<Generation, Map<string, InFlight>>();

  answer(
    key: string | undefined,
    { generation }: ClientRequest,
    audience: Audience,
    response: ServerResponse,
    execute: () => Promise<Answer>,
  ): Promise<Answer> {
    if (key === undefined) {
      audience.join(response);
      return execute();
    }
    const current = this.#current(generation);
    const known = current.get(key);
    // Everybody left that one: its work is being given up.
    if (known && !known.audience.signal.aborted) {
      known.audience.join(response);
      known.readers += 1;
      return known.answer;
    }
    audience.join(response);
    const leave = (): void => {
      if (current.get(key) === started) current.delete(key);
    };
    const answer = execute()
      .finally(leave)
      .then((finished) => {
        finished.body.isFor(started.readers); // nobody joins any more
        return finished;
      });
    const started: InFlight = { audience, answer, readers: 1 };
    current.set(key, started);
    return answer;
  }

  #current(generation: Generation): Map<string, InFlight> {
    const known = this.#inFlight.get(generation);
    if (known) return known;
    const made = new Map<string, InFlight>();
    this.#inFlight.set(generation, made);
    return made;
  }
}

/** Everything that the answer to a query may depend on; undefined where it must not be shared. */
export function answerKey(request: ClientRequest, { variables, mediaType }: PlainRequest): string | undefined {
  const { caller, source, operation, requestedOperation } = request;
  if (!caller || operation?.operation !== OperationTypeNode.QUERY) return undefined;
  const given = JSON.stringify(variables);
  if (given.length > maxKeyLength) return undefined;
  return [caller.key, mediaType, requestedOperation ?? '', given, source].join('\n');
}
