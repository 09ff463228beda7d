import type { Access } from '../access/caller.ts';
import type { Identified, Received } from './stages.ts';

/** Finds the caller. This stage is the first, so that a request with an invalid token or API key causes no further work. @throws RequestRefusal */
export async function identify(received: Received, access: Access): Promise<Identified> {
  return { ...received, caller: await access.identify(received.headers, received.address) };
}
