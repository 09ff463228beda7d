import type { IncomingHttpHeaders } from 'node:http';
import { RequestRefusal } from '../../errors/request-refusal.ts';

/** Host names of this machine that DNS can't assign to another machine. */
const ownNames = /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** True if the gateway serves requests under this host name. */
export function isServedHost({ host }: IncomingHttpHeaders, demoAccounts: 'none' | 'local' | 'public'): boolean {
  return demoAccounts !== 'local' || (host !== undefined && ownNames.test(host));
}

/**
 * Refuses requests under a foreign host name. Otherwise a page whose name was rebound to this machine (DNS rebinding) could read everything
 * that the demo accounts may read.
 * @throws RequestRefusal FORBIDDEN
 */
export function refuseForeignHost({ host }: IncomingHttpHeaders): void {
  if (isServedHost({ host }, 'local')) return;
  const given = JSON.stringify((host ?? '').slice(0, 100));
  const message = `The host name ${given} is not served while demo accounts exist. Use localhost, or set DEMO_ACCOUNTS=public.`;
  throw new RequestRefusal('FORBIDDEN', message);
}

/**
 * Returns the refusal of a request with several host names (RFC 9112, section 3.2). Node reads the first, a proxy may have read another.
 * @param rawHeaders names and values in turn
 */
export function severalHosts(rawHeaders: readonly string[]): RequestRefusal | undefined {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (isHost(rawHeaders[at]!)) hosts++;
  return hosts > 1 ? new RequestRefusal('BAD_REQUEST', 'The request has several Host headers. Send one.') : undefined;
}

const isHost = (name: string): boolean => name.length === 4 && name.toLowerCase() === 'host';
