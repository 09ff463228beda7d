import { pino } from 'pino';

export type Log = pino.Logger;

/** Creates a log that writes one JSON line per entry to stdout and redacts secrets. */
export function createLog(name: string, level: string): Log {
  return pino({
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['*.password', '*.token', '*.accessToken', '*.refreshToken', 'headers.authorization', '*.authorization'],
  });
}
