import { isIPv6 } from 'node:net';

/**
 * The network of a client, to which limits apply: an IPv4 address, or the /64 of an IPv6 address, because one subscriber
 * gets at least a whole /64 (RFC 6177). An IPv4 address mapped into IPv6 counts as the IPv4 address.
 */
export function clientNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = parseGroups(address);
  const mapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return mapped ? formatDotted(groups.slice(6)) : `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight groups of an IPv6 address, hexadecimal without leading zeros. Omits a zone such as `%eth0`. */
function parseGroups(address: string): string[] {
  const canonical = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [front = [], back = []] = canonical.split('::').map((part) => part.split(':').filter(Boolean));
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => '0'), ...back];
}

/** Converts two hexadecimal groups to the dotted form of an IPv4 address. */
function formatDotted(groups: readonly string[]): string {
  return groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}
