import { GraphError } from '#shared/errors/errors.ts';
import { newId } from '#shared/ids.ts';
import type { ControlMessages } from '../../access/control/control-messages.ts';
import { RequestError } from '../../engine/errors.ts';
import { fromEngineError, type PublicError } from '../../errors/public-error.ts';
import { Cancellation, cancelled } from '../cancellation.ts';
import type { Executed } from '../executed.ts';
import { ResponseBody } from '../response-body.ts';
import type { Checked } from '../stages.ts';
import type { CallRecords, FoundCall, HeldCall, StoredResponse } from './call-records.ts';
import { carryKey } from './carry-key.ts';
import { effectOf } from './effect.ts';
import { FinishedCalls } from './finished-calls.ts';
import { type KeyedCall, keyedCallOf } from './keyed-call.ts';
import { keyReused, stillRunning, tooManyKeys } from './refusals.ts';

export type ExecuteOnce = (checked: Checked, cancellation: Cancellation) => Promise<Executed>;

/** A call that this process runs or waits for. */
interface Running {
  readonly fingerprint: string;
  readonly response: Promise<KnownResponse>;
}

/** A request with an idempotency key. */
export interface KeyedRequest {
  readonly call: KeyedCall;
  /** The same call of an earlier request, for whose response this one waits. */
  readonly earlier: Running | undefined;
}

interface KnownResponse extends StoredResponse {
  readonly errors: readonly PublicError[];
  /** What the execution cost; undefined if unknown. */
  readonly cost?: number | undefined;
  readonly extensions?: object | undefined;
  /** True if it was stored before this process received the call. */
  readonly isOld: boolean;
}

/**
 * Milliseconds between two looks at a call that another gateway runs, unless a message says that it has ended: they double from the first to the
 * second.
 */
const defaultPauses = { firstMs: 50, longestMs: 500 };
/** Milliseconds from the end of a request's time until another gateway may take over its call. The response is stored meanwhile. */
const storingMs = 5_000;
/** Points that a response costs for which nothing ran. */
export const replayCost = 1;
/** Characters of the longest response that is stored. */
const maxBody = 256 * 1024;

/**
 * Runs calls with an idempotency key once for all gateways. The other requests with the key get the same response. A call goes on when its
 * client disconnects, because the client may send it again.
 */
export class CallsOnce {
  readonly #records: CallRecords;
  readonly #requestTimeoutMs: number;
  readonly #finished: FinishedCalls;
  readonly #pauses: typeof defaultPauses;
  /** Calls that this process runs or waits for, by id. */
  readonly #running = new Map<string, Running>();

  /** @param requestTimeoutMs milliseconds in which every execution ends */
  constructor(records: CallRecords, requestTimeoutMs: number, messages: ControlMessages, pauses = defaultPauses) {
    this.#records = records;
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#finished = new FinishedCalls(messages);
    this.#pauses = pauses;
  }

  /**
   * Reads the idempotency key of a request; undefined if it has none that counts.
   * @throws RequestRefusal BAD_REQUEST, IDEMPOTENCY_KEY_NOT_ALLOWED, IDEMPOTENCY_KEY_REUSED
   */
  find(checked: Checked): KeyedRequest | undefined {
    const call = keyedCallOf(checked);
    return call && { call, earlier: this.#earlier(call) };
  }

  /** @throws RequestRefusal when the call can't run, or when its client cancels */
  async respond(checked: Checked, { call, earlier }: KeyedRequest, execute: ExecuteOnce): Promise<Executed> {
    const known = earlier ?? this.#earlier(call);
    const { response } = known ?? this.#begin(checked, call, execute);
    const { status, body, errors, cost, extensions, isOld } = await orCancelled(response, checked.cancellation);
    const replayed = known !== undefined || isOld;
    return {
      body: new ResponseBody(body),
      errors,
      failureStatus: status === 429 || status === 503 || status === 504 ? status : undefined,
      replayed,
      cost: replayed ? replayCost : cost,
      extensions: replayed ? undefined : extensions,
    };
  }

  /** Resolves when no call is running. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.allSettled(Array.from(this.#running.values(), ({ response }) => response));
    }
  }

  #earlier({ id, fingerprint }: KeyedCall): Running | undefined {
    const running = this.#running.get(id);
    if (running && running.fingerprint !== fingerprint) throw keyReused();
    return running;
  }

  #begin(checked: Checked, call: KeyedCall, execute: ExecuteOnce): Running {
    checked.generation.retain();
    const response = this.#run(checked, call, execute).finally(() => {
      this.#running.delete(call.id);
      checked.generation.release();
    });
    const running = { fingerprint: call.fingerprint, response };
    this.#running.set(call.id, running);
    return running;
  }

  async #run(checked: Checked, call: KeyedCall, execute: ExecuteOnce): Promise<KnownResponse> {
    const holder = newId();
    const found = await this.#claim(checked, call, holder);
    switch (found.state) {
      case 'FINISHED':
        return { ...found, errors: errorsIn(found.body), isOld: true };
      case 'REUSED':
        throw keyReused();
      case 'FULL':
        throw tooManyKeys(found.retryAfterSeconds);
      case 'RUNNING':
        throw stillRunning();
      default:
        try {
          return await this.#execute(checked, { id: found.id, holder }, found.state === 'TAKEN_OVER', execute);
        } finally {
          this.#finished.announce(call.id);
        }
    }
  }

  /** Claims the call, or waits for its response while another gateway runs it. */
  async #claim(checked: Checked, { id, keyHash, fingerprint }: KeyedCall, holder: string): Promise<FoundCall> {
    const claim = { keyHash, fingerprint, holder, leaseMs: this.#requestTimeoutMs + storingMs };
    const deadline = checked.startedAt + this.#requestTimeoutMs;
    const { firstMs, longestMs } = this.#pauses;
    const watch = this.#finished.watch(id);
    try {
      for (let pauseMs = firstMs; ; pauseMs = Math.min(2 * pauseMs, longestMs)) {
        const found = await this.#records.claim(checked, claim);
        const leftMs = deadline - performance.now();
        if (found.state !== 'RUNNING' || leftMs <= 0) return found;
        await watch.ended(Math.min(pauseMs, leftMs));
      }
    } finally {
      watch.stop();
    }
  }

  /** @param isRepeat true if an earlier holder of the call may have made its change */
  async #execute(given: Checked, held: HeldCall, isRepeat: boolean, execute: ExecuteOnce): Promise<KnownResponse> {
    const repeatable = carryKey(given, held.id);
    if (isRepeat && !repeatable) return this.#store(given, held, outcomeUnknown(given, unknownMessage));
    const checked = repeatable ?? given;
    let response: Executed;
    try {
      response = await execute(checked, new Cancellation());
    } catch (error) {
      if (isRefusal(error)) await this.#records.release(checked, held, isRepeat);
      throw error; // after a defect the lease ends without a response
    }
    const { errors, cost, extensions, failureStatus: status = 200 } = response;
    const known = { status, body: String(response.body.read()), errors, cost, extensions, isOld: false };
    const effect = effectOf(checked, response);
    if (effect === 'known') return this.#store(checked, held, known);
    await this.#records.release(checked, held, isRepeat || (effect === 'open' && repeatable !== undefined));
    return known;
  }

  async #store(checked: Checked, held: HeldCall, response: KnownResponse): Promise<KnownResponse> {
    const { status, body } = response.body.length > maxBody ? outcomeUnknown(checked, tooLongMessage) : response;
    await this.#records.finish(checked, held, { status, body });
    return response;
  }
}

async function orCancelled<T>(result: Promise<T>, cancellation: Cancellation): Promise<T> {
  const left = Promise.withResolvers<never>();
  cancellation.onCancel(() => left.reject(cancelled()));
  return Promise.race([result, left.promise]);
}

/** True if the operation did not run at all. */
function isRefusal(error: unknown): boolean {
  return error instanceof RequestError || error instanceof GraphError;
}

const errorList = (body: string): unknown => (JSON.parse(body) as { readonly errors?: unknown }).errors;

/** The errors of a response that a gateway has stored. */
function errorsIn(body: string): readonly PublicError[] {
  return (errorList(body) ?? []) as readonly PublicError[];
}

const unknownMessage =
  'The gateway that ran the first request with this idempotency key has stopped. The change may or may not have been made. Read its outcome before trying again with a new key.';
const tooLongMessage =
  'The first request with this idempotency key has been carried out, but its response was too long to be stored. Read its outcome.';

function outcomeUnknown({ id }: Checked, message: string): KnownResponse {
  const errors = [fromEngineError({ message, extensions: { code: 'OUTCOME_UNKNOWN', retryable: false } }, id)];
  return { status: 504, body: JSON.stringify({ errors, data: null }), errors, cost: replayCost, isOld: false };
}
