import type { Access } from '../access/caller.ts';
import type { Identified, Received } from './stages.ts';

/** Finds out who asks. First, so that nobody with a false token causes work. @throws RequestRefusal UNAUTHENTICATED */
export async function identify(received: Received, access: Access): Promise<Identified> {
  return { ...received, caller: await access.identify(received.headers) };
}
