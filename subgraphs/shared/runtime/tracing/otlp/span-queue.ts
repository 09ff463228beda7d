import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import type { SpanAttributes, SpanCounts } from '../tracer.ts';
import type { QueueLimits } from '../tracing-config.ts';
import { ByteWriter } from './byte-writer.ts';
import type { CollectorClient } from './collector-client.ts';
import { ExportRequests } from './export-requests.ts';
import { type EndedSpan, writeSpan } from './write-span.ts';

/** Milliseconds for the last spans of a process that stops. */
const lastFlushMs = 2_000;

/** Room for the spans of a usual batch. */
const firstBytes = 131_072;

interface Batch {
  readonly body: Buffer;
  readonly spans: number;
}

/** The bounded queue of ended spans, as bytes. Sends one batch after the other, and counts what is sent and what is lost. */
export class SpanQueue {
  readonly #requests: ExportRequests;
  readonly #limits: QueueLimits;
  readonly #client: CollectorClient;
  readonly #log: Log;
  /** Spans of the next batch. */
  readonly #next = new ByteWriter(firstBytes);
  #nextSpans = 0;
  readonly #batches: Batch[] = [];
  /** Spans that are not being sent yet. */
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #exported = 0;
  #dropped = 0;
  #failed = 0;
  #isFailing = false;

  /** @param service attributes of the process */
  constructor(service: SpanAttributes, limits: QueueLimits, client: CollectorClient, log: Log) {
    this.#requests = new ExportRequests(service);
    this.#limits = limits;
    this.#client = client;
    this.#log = log;
  }

  add(span: EndedSpan): void {
    const { size, batchSize, delayMs } = this.#limits;
    if (this.#waiting >= size) {
      this.#dropped += 1;
      return;
    }
    writeSpan(this.#next, span);
    this.#waiting += 1;
    this.#nextSpans += 1;
    if (this.#nextSpans >= Math.min(batchSize, size)) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), delayMs).unref();
  }

  counts(): SpanCounts {
    return { exported: this.#exported, dropped: this.#dropped, failed: this.#failed };
  }

  /** Sends what is queued, for at most two seconds. */
  async close(): Promise<void> {
    this.#flush();
    await Promise.race([this.#sending, delay(lastFlushMs, undefined, { ref: false })]);
    await this.#client.close();
    await this.#sending; // what was not sent fails now
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#nextSpans === 0) return;
    this.#batches.push({ body: this.#requests.of(this.#next.bytes), spans: this.#nextSpans });
    this.#next.clear();
    this.#nextSpans = 0;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendAll(): Promise<void> {
    for (let batch = this.#batches.shift(); batch; batch = this.#batches.shift()) {
      this.#waiting -= batch.spans;
      try {
        await this.#client.send(batch.body, this.#limits.timeoutMs);
        this.#sent(batch.spans);
      } catch (error) {
        this.#lost(batch.spans, error);
      }
    }
  }

  #sent(spans: number): void {
    this.#exported += spans;
    if (this.#isFailing) this.#log.info('spans are sent to the collector again');
    this.#isFailing = false;
  }

  #lost(spans: number, error: unknown): void {
    this.#failed += spans;
    if (!this.#isFailing)
      this.#log.warn(
        { err: error },
        'spans could not be sent to the collector; they are lost, requests are not affected',
      );
    this.#isFailing = true;
  }
}
