import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { clientNetwork } from '#shared/identity/client-network.ts';
import { ClientSlots } from '../access/clients/client-slots.ts';

/**
 * Closes connections of an address beyond `maxPerClient` before anything is read from them.
 * @param isExempt true for trusted proxies, which forward the requests of many clients
 */
export function capConnections(server: Server, maxPerClient: number, isExempt: (address: string) => boolean): void {
  const connections = new ClientSlots(maxPerClient);
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (isExempt(address)) return;
    const release = connections.take(clientNetwork(address));
    if (release) socket.once('close', release);
    else socket.destroy();
  });
}
