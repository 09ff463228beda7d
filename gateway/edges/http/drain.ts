import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { DrainConfig } from '../../config.ts';
import type { WebSocketEdge } from '../websocket/server.ts';

/**
 * Stops serving without failing anybody: while load balancers notice that readiness is gone requests are still answered; then the port
 * closes, idle connections with it, requests in flight finish, and what is left after the window is cut off.
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
    // Streams never finish by themselves: their clients are sent away, to come back elsewhere.
    endStreams();
    await Promise.all([webSockets.close(), app.close()]);
  } finally {
    clearTimeout(cutOff);
  }
}
