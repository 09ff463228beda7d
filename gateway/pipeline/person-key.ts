import type { Identified } from './stages.ts';

/** Equal for all requests of one caller. Anonymous callers share the key of a caller, but have addresses of their own. */
export function personKey({ caller, address }: Identified): string {
  return caller.identity.kind === 'account' ? caller.identity.accountId : `${caller.key} ${address}`;
}
