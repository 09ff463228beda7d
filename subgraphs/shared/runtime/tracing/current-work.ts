import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span, SpanOptions } from './tracer.ts';

/** A statement that has ended. */
export interface Statement {
  /** Text with placeholders instead of values. */
  readonly text: string;
  readonly ms: number;
  /** Rows that it returned or changed; null if it failed. */
  readonly rows: number | null;
}

/** What the process does for the current request, event or chore. */
export interface Work {
  /** The innermost span that is open; undefined if the trace is not recorded. */
  readonly span?: Span | undefined;
  /** Is told about each of its statements. */
  readonly onStatement?: ((statement: Statement) => void) | undefined;
}

const current = new AsyncLocalStorage<Work>();

export function currentWork(): Work | undefined {
  return current.getStore();
}

export function currentSpan(): Span | undefined {
  return current.getStore()?.span;
}

/** Runs a function as this work, with everything that it awaits. */
export function runAs<T>(work: Work, run: () => T): T {
  return current.run(work, run);
}

/** Runs a function within a span that its caller ends. */
export function within<T>(span: Span | undefined, run: () => T): T {
  return span ? current.run({ ...current.getStore(), span }, run) : run();
}

/** Runs a function as a step of the current trace, in a span of its own. */
export function step<T>(name: string, run: () => Promise<T>, options?: SpanOptions): Promise<T> {
  const span = currentSpan()?.step(name, options);
  return span ? runWithin(span, run) : run();
}

/** Like `step`, for a step that has no spans of its own: it needs no context, which costs as much as its span. */
export function lastStep<T>(name: string, run: () => Promise<T>): Promise<T> {
  const span = currentSpan()?.step(name);
  return span ? endWith(span, run()) : run();
}

/** Runs a function within a span, and ends the span with it. */
export function runWithin<T>(span: Span, run: () => Promise<T>): Promise<T> {
  return endWith(span, within(span, run));
}

/** Ends a span with what is running, before whoever awaits that goes on. */
function endWith<T>(span: Span, running: Promise<T>): Promise<T> {
  running.then(
    () => span.end(),
    (error: unknown) => {
      span.fail(errorType(error));
      span.end();
    },
  );
  return running;
}

/** The code of an error, or its class. Messages may contain values. */
export function errorType(error: unknown): string {
  if (!Error.isError(error)) return 'Error';
  const { code, extensions } = error as { code?: unknown; extensions?: { code?: unknown } }; // of drivers, and of GraphQL
  const known = extensions?.code ?? code;
  return typeof known === 'string' ? known : error.name;
}
