import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { clientNetwork } from '#shared/client-network.ts';

/**
 * Closes connections of an address beyond its share, before anything is read from them.
 * @param isExempt for trusted proxies, which carry the connections of many
 */
export function capConnections(server: Server, maxPerClient: number, isExempt: (address: string) => boolean): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (isExempt(address)) return;
    const client = clientNetwork(address);
    const count = (open.get(client) ?? 0) + 1;
    if (count > maxPerClient) {
      socket.destroy();
      return;
    }
    open.set(client, count);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left > 0) open.set(client, left);
      else open.delete(client);
    });
  });
}
