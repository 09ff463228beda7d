import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where a line leads, and the milliseconds of one direction. */
export interface LineEnd {
  readonly host: string;
  readonly port: number;
  readonly delayMs: number;
}

/** A TCP line between two regions: bytes arrive later by the time of the way. */
export interface DistantLine extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** New connections lead elsewhere; open ones end. */
  lead(end: LineEnd): void;
  /** Nothing arrives any more, not even what is on its way. Connections stay open. */
  cut(): void;
  /** New connections lead there again; open ones end. */
  mend(): void;
}

/** @param port where it listens; 0 for a free one */
export async function openDistantLine(at: string, port: number, firstEnd: LineEnd): Promise<DistantLine> {
  const open = new Set<Socket>();
  let end = firstEnd;
  let isCut = false;
  const carry = (from: Socket, to: Socket, delayMs: number): void => {
    from.on('data', (bytes) => setTimeout(() => !isCut && to.writable && to.write(bytes), delayMs));
    from.on('error', () => undefined);
    from.on('close', () => setTimeout(() => to.destroy(), delayMs));
  };
  const server = createServer((near) => {
    const far = connect(end.port, end.host);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.setNoDelay(true).once('close', () => open.delete(socket));
    }
    carry(near, far, end.delayMs);
    carry(far, near, end.delayMs);
  });
  const endAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  server.listen(port, at);
  await once(server, 'listening');
  return {
    address: at,
    port: (server.address() as AddressInfo).port, // a TCP server's address is never a path
    lead(to) {
      end = to;
      isCut = false;
      endAll();
    },
    cut() {
      isCut = true;
    },
    mend() {
      isCut = false;
      endAll();
    },
    async [Symbol.asyncDispose]() {
      endAll();
      server.close();
      await once(server, 'close');
    },
  };
}
