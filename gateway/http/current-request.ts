import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientRequest } from '../client-request.ts';

/** Apollo Server formats errors without saying whose; this does. */
export const currentRequest = new AsyncLocalStorage<ClientRequest>();
