import type { ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import type { ClientRequest } from '../client-request.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { Audience } from './audience.ts';

/** A finished HTTP answer; it may go to several clients. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: AnswerBody;
  /** Codes of the errors in the body. */
  readonly errorCodes: readonly string[];
}

/**
 * JSON text that one client gets as it is. For many it is encoded once; for one that would only be another large buffer
 * to collect.
 */
export class AnswerBody {
  readonly #text: string;
  #bytes: Buffer | undefined;
  #readers = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** For the next client. */
  take(): string | Buffer {
    if (++this.#readers === 1) return this.#text;
    this.#bytes ??= Buffer.from(this.#text);
    return this.#bytes;
  }
}

interface InFlight {
  readonly audience: Audience;
  readonly answer: Promise<Answer>;
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
      return known.answer;
    }
    audience.join(response);
    const started: InFlight = {
      audience,
      answer: execute().finally(() => {
        if (current.get(key) === started) current.delete(key);
      }),
    };
    current.set(key, started);
    return started.answer;
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
export function answerKey(request: ClientRequest, accept: string | undefined, variables: unknown): string | undefined {
  const { caller, source, operation, requestedOperation } = request;
  if (!caller || operation?.operation !== OperationTypeNode.QUERY) return undefined;
  const given = variables === undefined ? '' : JSON.stringify(variables);
  if (given.length > maxKeyLength) return undefined;
  return [caller.key, accept ?? '', requestedOperation ?? '', given, source].join('\n');
}
