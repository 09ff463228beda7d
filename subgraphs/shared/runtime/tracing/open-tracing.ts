import type { Log } from '../log.ts';
import { noTracer, type Tracer } from './tracer.ts';
import type { TracingConfig } from './tracing-config.ts';

/** Opens the tracer of a process or of a part of one. Without a configuration, nothing that records spans is loaded. */
export async function openTracing(config: TracingConfig | undefined, service: string, log: Log): Promise<Tracer> {
  if (!config) return noTracer;
  const { SpanRecorder } = await import('./span-recorder.ts');
  return new SpanRecorder(config, service, log);
}
