import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from making short-lived objects in old memory. Under load it sees that objects of requests in flight survive a minor collection, takes that
 * for a long life and allocates later ones old at once; then all that these refer to (every parsed answer) stays until a full collection.
 * It cost a third of the processor's time and a third of the memory (docs/decisions/transport.md). Call before the first request.
 */
export function keepRequestsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
