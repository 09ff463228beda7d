import type { ControlMessages } from '../../access/control/control-messages.ts';
import { type Cancellation, cancelled } from '../cancellation.ts';
import type { Executed } from '../executed.ts';
import { ResponseBody } from '../response-body.ts';
import type { Checked } from '../stages.ts';
import type { CallRecords } from './call-records.ts';
import { FinishedCalls } from './finished-calls.ts';
import { type KeyedCall, keyedCallOf } from './keyed-call.ts';
import { type KnownResponse, replayCost } from './known-response.ts';
import { keyReused } from './refusals.ts';
import { defaultPauses, type Execution, OnceRunner } from './run-once.ts';

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

/**
 * Runs calls with an idempotency key once for all gateways. The other requests with the key get the same response. A call goes on when its
 * client disconnects, because the client may send it again.
 */
export class CallsOnce {
  readonly #runner: OnceRunner;
  /** Calls that this process runs or waits for, by id. */
  readonly #running = new Map<string, Running>();

  /** @param requestMs milliseconds in which every execution ends */
  constructor(records: CallRecords, requestMs: number, messages: ControlMessages, pauses = defaultPauses) {
    this.#runner = new OnceRunner(records, new FinishedCalls(messages), requestMs, pauses);
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
  async respond(checked: Checked, { call, earlier }: KeyedRequest, execution: Execution): Promise<Executed> {
    const known = earlier ?? this.#earlier(call);
    const { response } = known ?? this.#begin(checked, call, execution);
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

  /** Resolves when no call is running. No call may follow. */
  async stop(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.allSettled(Array.from(this.#running.values(), ({ response }) => response));
    }
    await this.#runner.stop();
  }

  #earlier({ id, fingerprint }: KeyedCall): Running | undefined {
    const running = this.#running.get(id);
    if (running && running.fingerprint !== fingerprint) throw keyReused();
    return running;
  }

  #begin(checked: Checked, call: KeyedCall, execution: Execution): Running {
    checked.generation.retain();
    const response = this.#runner.respond(checked, call, execution).finally(() => {
      this.#running.delete(call.id);
      checked.generation.release();
    });
    const running = { fingerprint: call.fingerprint, response };
    this.#running.set(call.id, running);
    return running;
  }
}

async function orCancelled<T>(result: Promise<T>, cancellation: Cancellation): Promise<T> {
  const left = Promise.withResolvers<never>();
  cancellation.onCancel(() => left.reject(cancelled()));
  return Promise.race([result, left.promise]);
}
