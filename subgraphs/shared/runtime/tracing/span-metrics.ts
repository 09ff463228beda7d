import { Counter, type Registry } from 'prom-client';
import type { SpanCounts } from './tracer.ts';

/** Adds the metric that tells what has become of the spans of a process. */
export function countSpans(registry: Registry, name: string, read: () => SpanCounts): void {
  new Counter({
    name,
    help: 'Spans of traces by outcome: exported, dropped (the queue was full) or failed (the collector did not take them)',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(read())) this.inc({ outcome }, count);
    },
  });
}
