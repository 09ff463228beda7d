import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Log } from '../log.ts';
import type { SpanCounts } from './tracer.ts';
import type { SpanQueue } from './tracing-config.ts';

/** `ExportResultCode.SUCCESS` of the SDK, which it exports from a package of its own. */
const success = 0;

/** The bounded queue of ended spans. Counts what is sent and what is lost, which the SDK only logs. */
export class CountedSpans implements SpanProcessor {
  readonly #size: number;
  readonly #batches: BatchSpanProcessor;
  #waiting = 0;
  #exported = 0;
  #dropped = 0;
  #failed = 0;
  #isFailing = false;

  constructor(exporter: SpanExporter, { size, batchSize, delayMs, timeoutMs }: SpanQueue, log: Log) {
    this.#size = size;
    this.#batches = new BatchSpanProcessor({
      exporter: this.#counted(exporter, log),
      maxQueueSize: size,
      maxExportBatchSize: Math.min(batchSize, size),
      scheduledDelayMillis: delayMs,
      exportTimeoutMillis: timeoutMs,
    });
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#waiting >= this.#size) {
      this.#dropped += 1;
      return;
    }
    this.#waiting += 1;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  counts(): SpanCounts {
    return { exported: this.#exported, dropped: this.#dropped, failed: this.#failed };
  }

  #counted(exporter: SpanExporter, log: Log): SpanExporter {
    return {
      export: (spans, done) => {
        this.#waiting -= spans.length;
        exporter.export(spans, (result) => {
          if (result.code === success) this.#sent(spans.length, log);
          else this.#lost(spans.length, result.error, log);
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    };
  }

  #sent(spans: number, log: Log): void {
    this.#exported += spans;
    if (this.#isFailing) log.info('spans are sent to the collector again');
    this.#isFailing = false;
  }

  #lost(spans: number, error: Error | undefined, log: Log): void {
    this.#failed += spans;
    if (!this.#isFailing)
      log.warn({ err: error }, 'spans could not be sent to the collector; they are lost, requests are not affected');
    this.#isFailing = true;
  }
}
