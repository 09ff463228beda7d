import { type DestinationStream, pino, stdSerializers } from 'pino';

export type Log = pino.Logger;

/** Creates a log that writes one JSON line per entry, to stdout by default, and redacts secrets. */
export function createLog(name: string, level: string, destination?: DestinationStream): Log {
  const options = {
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: serializeError },
    redact: ['*.password', '*.token', '*.accessToken', '*.refreshToken', 'headers.authorization', '*.authorization'],
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Leaves out the client that pg adds to the error of a lost connection: it is the whole state of the connection. */
function serializeError(error: Error): object {
  const { client: _connection, ...serialized } = stdSerializers.err(error);
  return serialized;
}
