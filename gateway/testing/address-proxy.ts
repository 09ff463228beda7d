import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AddressProxy {
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A proxy that appends the address of its peer to X-Forwarded-For and keeps what was there, as CDN and Envoy do.
 * @param options.from the address that the target sees
 * @param options.removes headers that it does not pass on
 */
export async function startAddressProxy(
  target: string,
  { from, removes = [] }: { readonly from: string; readonly removes?: readonly string[] },
): Promise<AddressProxy> {
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers };
    for (const name of removes) delete headers[name];
    headers['x-forwarded-for'] = [headers['x-forwarded-for'] ?? [], incoming.socket.remoteAddress ?? '']
      .flat()
      .join(', ');
    const { method } = incoming;
    const forwarded = request(new URL(incoming.url ?? '/', target), { method, headers, localAddress: from });
    forwarded.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens at a host has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
