import { pino } from 'pino';

export type Log = pino.Logger;

/** One JSON line per entry on stdout; secrets never reach it. */
export function createLog(name: string, level: string): Log {
  return pino({
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['*.password', '*.token', '*.accessToken', '*.refreshToken', 'headers.authorization', '*.authorization'],
  });
}
