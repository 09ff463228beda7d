import { Redis } from 'ioredis';
import { errorCode, errorMessage } from '../errors/error-code.ts';
import { ConfigurationError } from '../runtime/config.ts';
import { urlWithoutCredentials } from '../runtime/secrets.ts';

const responseMs = 10_000;

/** Makes sure that the server of REDIS_URL answers and lets us in. @throws ConfigurationError with one line */
export async function requireRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    disconnectTimeout: 100, // nothing is on its way that a slow close could save
    retryStrategy: () => null,
  });
  let reason: unknown;
  redis.on('error', (error) => {
    reason ??= error; // what `connect` rejects with only says that the connection is closed
  });
  const silent = setTimeout(() => {
    reason ??= new Error(`no answer within ${responseMs / 1000} s`);
    redis.disconnect();
  }, responseMs);
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw refusal(reason ?? error, url);
  } finally {
    clearTimeout(silent);
    redis.disconnect();
  }
}

function refusal(error: unknown, url: string): ConfigurationError {
  const shown = urlWithoutCredentials(url);
  // Redis begins what it says with a code: WRONGPASS, NOAUTH.
  const said = /^(?:WRONGPASS|NOAUTH|NOPERM)\b.*/.exec(errorMessage(error))?.[0];
  return new ConfigurationError(
    said
      ? `REDIS_URL: a user and a password that the server accepts are required; ${shown} says "${said}"`
      : `REDIS_URL: a Redis server that answers is required; ${shown} does not (${errorCode(error) ?? errorMessage(error)}). Start the server, or correct the address.`,
  );
}
