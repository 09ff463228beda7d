import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { DrainConfig } from '../../config.ts';
import type { WebSocketEdge } from '../websocket/server.ts';

/**
 * Stops serving without failing a request. Requests are still served while load balancers notice that the gateway is not ready. Then the port
 * and idle connections close and requests in flight finish. Websockets close in batches within half of the window, then streams over HTTP end.
 * Connections that are still open after the window are closed.
 */
export async function drain(
  app: FastifyInstance,
  { delayMs, windowMs }: DrainConfig,
  endStreams: () => void,
  webSockets: WebSocketEdge,
): Promise<void> {
  if (delayMs > 0) await delay(delayMs);
  const cutOff = setTimeout(() => app.server.closeAllConnections(), windowMs);
  try {
    // Streams never finish by themselves. Their clients reconnect to another gateway.
    await Promise.all([app.close(), webSockets.close(windowMs / 2).then(endStreams)]);
  } finally {
    clearTimeout(cutOff);
  }
}
