import { errorType } from '#shared/runtime/tracing/current-work.ts';
import type { Tracer } from '#shared/runtime/tracing/tracer.ts';

/** A read that takes longer than the time between two reads. */
const slowMs = 1_000;

/**
 * Leaves a span of a read of the access snapshot that was slow or failed. The others are not traced: a gateway reads every second, nearly always
 * to learn that nothing has changed.
 */
export function traceSnapshot(tracer: Pick<Tracer, 'begin'>, startedAt: number, error?: unknown): void {
  if (error === undefined && performance.now() - startedAt <= slowMs) return;
  const span = tracer.begin('read access snapshot', undefined, { startedAt });
  if (error !== undefined) span?.fail(errorType(error));
  span?.end();
}
