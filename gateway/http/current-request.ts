import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientRequest } from '../client-request.ts';

const storage = new AsyncLocalStorage<{ request: ClientRequest | undefined }>();

/** Apollo Server formats errors without saying whose; this does. */
export function currentRequest(): ClientRequest | undefined {
  return storage.getStore()?.request;
}

/** Runs with a current request. What is stored outlives the run in every connection opened meanwhile, so the request is taken out again. */
export async function withCurrentRequest<T>(request: ClientRequest, run: () => Promise<T>): Promise<T> {
  const held: { request: ClientRequest | undefined } = { request };
  try {
    return await storage.run(held, run);
  } finally {
    held.request = undefined;
  }
}
