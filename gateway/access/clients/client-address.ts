import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { inRanges } from '#shared/identity/address-ranges.ts';

/** The origin of a request. */
export interface ClientOrigin {
  /** IP address of the client, if trusted proxies forward it; otherwise of the peer. */
  readonly address: string;
  /** True if the client's own connection uses TLS. */
  readonly isSecure: boolean;
}

export type ReadOrigin = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => ClientOrigin;

/**
 * Reads the client's address. Only entries of trusted proxies count in the headers `forwarded` (RFC 7239) and `x-forwarded-for`: they are read
 * from the right, up to the first address that is not a trusted proxy.
 * @param trustedProxies addresses and CIDR ranges
 */
export function createOriginReader(trustedProxies: readonly string[]): ReadOrigin {
  const isTrusted = isTrustedProxy(trustedProxies);
  return ({ socket, headers }) => {
    const peer = plainAddress(socket.remoteAddress ?? '');
    const direct = { address: peer, isSecure: 'encrypted' in socket && socket.encrypted === true };
    if (!isTrusted(peer)) return direct;
    const hops = readHops(headers);
    let client = { address: peer, isSecure: direct.isSecure };
    for (const hop of hops.reverse()) {
      if (!isIP(hop.address)) break;
      client = hop;
      if (!isTrusted(hop.address)) break;
    }
    return client;
  };
}

/** Makes a function that tells whether an address belongs to a trusted proxy. */
export function isTrustedProxy(ranges: readonly string[]): (address: string) => boolean {
  const isTrusted = inRanges(ranges);
  return (text) => isTrusted(plainAddress(text));
}

/** Reads the hops from the headers, the client first. */
function readHops(headers: IncomingHttpHeaders): ClientOrigin[] {
  const { forwarded } = headers;
  if (forwarded !== undefined) return forwarded.split(',').map(parseForwardedHop);
  const addresses = [headers['x-forwarded-for'] ?? ''].flat().join(',').split(',');
  const isSecure = [headers['x-forwarded-proto'] ?? ''].flat().join(',').split(',').at(-1)?.trim() === 'https';
  return addresses.map((text) => ({ address: plainAddress(text.trim()), isSecure }));
}

function parseForwardedHop(element: string): ClientOrigin {
  const pairs = element.split(';').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    const value = pair.slice(at + 1).trim();
    return [pair.slice(0, Math.max(at, 0)).trim().toLowerCase(), value.replace(/^"(.*)"$/, '$1')];
  });
  const parameters = new Map(pairs);
  return { address: plainAddress(parameters.get('for') ?? ''), isSecure: parameters.get('proto') === 'https' };
}

/** Removes port, brackets and the IPv4-mapped prefix from an address. */
function plainAddress(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const address = bracketed ?? (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(text) ? text.slice(0, text.lastIndexOf(':')) : text);
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
