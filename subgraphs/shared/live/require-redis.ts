import { Redis } from 'ioredis';
import { errorCode, errorMessage } from '../errors/error-code.ts';
import { ConfigurationError } from '../runtime/config.ts';
import { urlWithoutCredentials } from '../runtime/secrets.ts';

const responseMs = 10_000;

/** Checks that the server of REDIS_URL responds and accepts our credentials. @throws ConfigurationError with one line */
export async function requireRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    disconnectTimeout: 100, // there are no pending commands to wait for
    retryStrategy: () => null,
  });
  let reason: unknown;
  redis.on('error', (error) => {
    reason ??= error; // `connect` itself rejects only with "Connection is closed"
  });
  const silent = setTimeout(() => {
    reason ??= new Error(`no response within ${responseMs / 1000} s`);
    redis.disconnect();
  }, responseMs);
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw describeFailure(reason ?? error, url);
  } finally {
    clearTimeout(silent);
    redis.disconnect();
  }
}

function describeFailure(error: unknown, url: string): ConfigurationError {
  const shown = urlWithoutCredentials(url);
  // Messages of Redis start with a code, such as WRONGPASS.
  const said = /^(?:WRONGPASS|NOAUTH|NOPERM)\b.*/.exec(errorMessage(error))?.[0];
  return new ConfigurationError(
    said
      ? `REDIS_URL: a user and a password that the server accepts are required; ${shown} responded "${said}"`
      : `REDIS_URL: a Redis server that responds is required; ${shown} does not (${errorCode(error) ?? errorMessage(error)}). Start the server, or correct the address.`,
  );
}
