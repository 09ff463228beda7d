import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy to a server that a test can cut (connections are refused), freeze (no data passes) and restore. */
export interface CuttableLine {
  /** The given address with the host and port of the proxy. */
  readonly url: string;
  cut(): Promise<void>;
  /** Accepts connections but passes no data, like a stopped server. */
  freeze(): void;
  mend(): Promise<void>;
  /** Leads new connections to another server and ends the open ones, like a name that was changed. */
  lead(to: string): void;
  close(): Promise<void>;
}

export async function openCuttableLine(to: string): Promise<CuttableLine> {
  let target = new URL(to);
  const sockets = new Set<Socket>();
  let frozen = false;
  const carry = (near: Socket) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
      if (frozen) socket.pause();
    }
    near.on('data', (bytes) => void far.write(bytes));
    far.on('data', (bytes) => void near.write(bytes));
    if (frozen) for (const socket of [near, far]) socket.pause();
  };
  const open = async (port: number): Promise<Server> => {
    const server = createServer(carry);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await open(0);
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;

  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: url.href,
    cut,
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    async mend() {
      frozen = false;
      for (const socket of sockets) socket.resume();
      if (!server.listening) server = await open(port);
    },
    lead(next) {
      frozen = false;
      target = new URL(next);
      for (const socket of sockets) socket.destroy();
    },
    close: cut,
  };
}
