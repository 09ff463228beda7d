import { GraphError } from '#shared/errors/errors.ts';
import { newId } from '#shared/ids.ts';
import { RequestError } from '../../engine/errors.ts';
import { Cancellation } from '../cancellation.ts';
import type { Executed } from '../executed.ts';
import type { Checked } from '../stages.ts';
import { CallEnds } from './call-ends.ts';
import { type BegunCall, type CallRecords, type FoundCall, type HeldCall, recordTimeoutMs } from './call-records.ts';
import { carryKey } from './carry-key.ts';
import { effectOf } from './effect.ts';
import type { FinishedCalls } from './finished-calls.ts';
import type { KeyedCall } from './keyed-call.ts';
import { type KnownResponse, oldResponse, outcomeTooLong, outcomeUnknown, outcomeUnread } from './known-response.ts';
import { keyReused, stillRunning, tooManyKeys } from './refusals.ts';

/** What a call does when it runs. */
export interface Execution {
  /** Pays the price. Nothing runs before. @throws RequestRefusal */
  pay(): Promise<void>;
  /** @throws RequestRefusal or RequestError if nothing ran */
  run(checked: Checked, cancellation: Cancellation): Promise<Executed>;
}

/** Milliseconds between two messages of a gateway about a call. */
export interface CallPauses {
  /**
   * Between two looks at a call that another gateway runs, unless a message says that it has ended. They double from the first to the second.
   */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Between two renewals of the lease of a call that runs here. One may fail: after three, the gateway is taken for stopped. */
  readonly renewalMs: number;
}

export const defaultPauses: CallPauses = { firstMs: 50, longestMs: 500, renewalMs: 2_000 };

/** Milliseconds for which a claim lasts that has not begun: an abandoned one ends when its client learns that nothing ran. */
const claimLeaseMs = recordTimeoutMs;
/** Characters of the longest response that is stored. */
const maxBody = 256 * 1024;

/**
 * Runs a call once for all gateways: it is claimed, then begun, then finished or released. A claim that has not begun has changed nothing, so the
 * next request takes it over as if it were new. It is begun right before it runs.
 */
export class OnceRunner {
  readonly #records: CallRecords;
  readonly #finished: FinishedCalls;
  readonly #requestMs: number;
  readonly #pauses: CallPauses;
  readonly #ends = new CallEnds();

  /** @param requestMs milliseconds from its start in which a request waits */
  constructor(records: CallRecords, finished: FinishedCalls, requestMs: number, pauses: CallPauses) {
    this.#records = records;
    this.#finished = finished;
    this.#requestMs = requestMs;
    this.#pauses = pauses;
  }

  /** Runs the call, or waits for its response. @throws RequestRefusal when nothing ran */
  async respond(checked: Checked, call: KeyedCall, execution: Execution): Promise<KnownResponse> {
    const paying = { ...execution, pay: onlyOnce(() => execution.pay()) };
    const deadline = checked.startedAt + this.#requestMs;
    for (;;) {
      const found = await this.#claim(checked, call, deadline);
      switch (found.state) {
        case 'FINISHED':
          return oldResponse(found);
        case 'REUSED':
          throw keyReused();
        case 'FULL':
          throw tooManyKeys(found.retryAfterSeconds);
        case 'RUNNING':
          throw stillRunning();
        default: {
          const response = await this.#run(checked, found, paying).finally(() => this.#finished.announce(call.id));
          if (response) return response;
          if (performance.now() >= deadline) throw stillRunning();
        }
      }
    }
  }

  /** Resolves when the access subgraph has been told how all calls ended, or does not respond. */
  stop(): Promise<void> {
    return this.#ends.stop();
  }

  /** Claims the call, or waits for its response while another gateway runs it. */
  async #claim(checked: Checked, { id, keyHash, fingerprint }: KeyedCall, deadline: number): Promise<FoundCall> {
    const claim = { keyHash, fingerprint, holder: newId(), leaseMs: claimLeaseMs };
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

  /** Returns undefined if another holder has the call meanwhile: nothing ran. */
  async #run(given: Checked, found: ClaimedNow, execution: Execution): Promise<KnownResponse | undefined> {
    const repeatable = carryKey(given, found.held.id);
    if (found.state === 'TAKEN_OVER' && !repeatable) return this.#store(given, found.held, outcomeUnknown(given));
    const checked = repeatable ?? given;
    const mayHaveRun = found.state === 'TAKEN_OVER';
    await this.#pay(checked, found, execution);
    const begun = await this.#begin(checked, found);
    return begun && this.#execute(checked, begun, { mayHaveRun, isRepeatable: repeatable !== undefined }, execution);
  }

  async #pay(checked: Checked, found: ClaimedNow, execution: Execution): Promise<void> {
    try {
      await execution.pay();
    } catch (error) {
      await this.#ends.tell(() => this.#release(checked, found));
      throw error;
    }
  }

  async #begin(checked: Checked, found: ClaimedNow): Promise<BegunCall | undefined> {
    try {
      return await this.#hold(checked, found.held);
    } catch (error) {
      // The record that the call has begun may still be written. The release undoes it, whichever comes first.
      this.#ends.tellInBackground(() => this.#release(checked, found));
      throw error;
    }
  }

  /** Gives up a claim under which nothing ran. */
  #release(checked: Checked, { state, held }: ClaimedNow): Promise<boolean> {
    return this.#records.release(checked, held, state === 'TAKEN_OVER');
  }

  async #execute(
    checked: Checked,
    begun: BegunCall,
    { mayHaveRun, isRepeatable }: { readonly mayHaveRun: boolean; readonly isRepeatable: boolean },
    execution: Execution,
  ): Promise<KnownResponse> {
    const release = (keep: boolean) => this.#ends.tell(() => this.#records.release(checked, begun, keep));
    const renewal = this.#renew(checked, begun);
    try {
      const response = await execution.run(checked, new Cancellation());
      const { errors, cost, extensions, failureStatus: status = 200 } = response;
      const known = { status, body: String(response.body.read()), errors, cost, extensions, isOld: false };
      const effect = effectOf(checked, response);
      if (effect === 'known') return await this.#store(checked, begun, known);
      if (effect === 'unread' && !isRepeatable) return await this.#store(checked, begun, outcomeUnread(checked));
      await release(mayHaveRun || (effect !== 'none' && isRepeatable));
      return known;
    } catch (error) {
      if (isRefusal(error)) await release(mayHaveRun);
      throw error; // after a defect the lease ends without a response
    } finally {
      clearInterval(renewal);
    }
  }

  #hold(checked: Checked, held: HeldCall): Promise<BegunCall | undefined> {
    return this.#records.begin(checked, held, 3 * this.#pauses.renewalMs);
  }

  #renew(checked: Checked, begun: BegunCall): NodeJS.Timeout {
    const renew = () => this.#hold(checked, begun).catch(() => undefined); // the next renewal follows
    return setInterval(() => void renew(), this.#pauses.renewalMs);
  }

  async #store(checked: Checked, begun: BegunCall, response: KnownResponse): Promise<KnownResponse> {
    const { status, body } = response.body.length > maxBody ? outcomeTooLong(checked) : response;
    await this.#ends.tell(() => this.#records.finish(checked, begun, { status, body }));
    return response;
  }
}

type ClaimedNow = Extract<FoundCall, { readonly held: HeldCall }>;

function onlyOnce(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
}

/** True if the operation did not run at all. */
function isRefusal(error: unknown): boolean {
  return error instanceof RequestError || error instanceof GraphError;
}
