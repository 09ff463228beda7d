import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP line between two regions: bytes arrive later by the time of the way. */
export interface DistantLine extends AsyncDisposable {
  readonly port: number;
  /** New connections lead to another host; open ones end. */
  lead(host: string): void;
  /** Nothing arrives any more, not even what is on its way. Connections stay open. */
  cut(): void;
}

/** @param host where connections lead, on the port of PostgreSQL. @param delayMs of one direction */
export async function openDistantLine(at: string, host: string, delayMs: number): Promise<DistantLine> {
  const open = new Set<Socket>();
  let target = host;
  let isCut = false;
  const carry = (from: Socket, to: Socket): void => {
    from.on('data', (bytes) => setTimeout(() => !isCut && to.writable && to.write(bytes), delayMs));
    from.on('error', () => undefined);
    from.on('close', () => setTimeout(() => to.destroy(), delayMs));
  };
  const server = createServer((near) => {
    const far = connect(5432, target);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.setNoDelay(true).once('close', () => open.delete(socket));
    }
    carry(near, far);
    carry(far, near);
  });
  const end = (): void => {
    for (const socket of open) socket.destroy();
  };
  server.listen(0, at);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // a TCP server's address is never a path
    lead(to) {
      target = to;
      end();
    },
    cut() {
      isCut = true;
    },
    async [Symbol.asyncDispose]() {
      end();
      server.close();
      await once(server, 'close');
    },
  };
}
