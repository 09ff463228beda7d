import { RequestRefusal } from '../../errors/request-refusal.ts';

export function keyReused(): RequestRefusal {
  const message =
    'This idempotency key was used with another document, operation name or variables. Use a new key for a new change.';
  return new RequestRefusal('IDEMPOTENCY_KEY_REUSED', message);
}

export function tooManyKeys(retryAfterSeconds: number): RequestRefusal {
  const message = `Too many idempotency keys in 24 hours. Try again in ${retryAfterSeconds} s, or send the request without a key.`;
  return new RequestRefusal('RATE_LIMITED', message, { retryAfterSeconds });
}

export function stillRunning(): RequestRefusal {
  const message = 'The first request with this idempotency key is still running. Send the same request again later.';
  return new RequestRefusal('GATEWAY_TIMEOUT', message, { retryAfterSeconds: 1 });
}

export function keysUnavailable(): RequestRefusal {
  const message = 'Idempotency keys are not available at the moment. This request did not run. Send it again later.';
  return new RequestRefusal('SERVICE_UNAVAILABLE', message, { retryAfterSeconds: 1 });
}
