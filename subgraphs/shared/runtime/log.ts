import { type DestinationStream, pino, stdSerializers } from 'pino';
import { currentSpan } from './tracing/current-work.ts';

export type Log = pino.Logger;

/** Creates a log that writes one JSON line per entry, to stdout by default, and redacts secrets. Lines within a recorded trace name it. */
export function createLog(name: string, level: string, destination?: DestinationStream): Log {
  const options = {
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: traceIds,
    serializers: { err: serializeError },
    redact: ['*.password', '*.token', '*.accessToken', '*.refreshToken', 'headers.authorization', '*.authorization'],
  };
  return destination ? pino(options, destination) : pino(options);
}

/** The names are those of OpenTelemetry for logs in JSON. */
function traceIds(): object {
  const context = currentSpan()?.context;
  return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
}

/** Leaves out the client that pg adds to the error of a lost connection: it is the whole state of the connection. */
function serializeError(error: Error): object {
  const { client: _connection, ...serialized } = stdSerializers.err(error);
  return serialized;
}
