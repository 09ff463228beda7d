import { dropOldest } from '#shared/live/backlog.ts';
import { Channel } from '#shared/live/channel.ts';

/** One event of a subscription. */
export interface LivePayload {
  /** A whole GraphQL response as JSON text, without extensions. Clients of a stream share it. */
  readonly text: string;
  /** What the response cost. */
  readonly cost: number;
  /** Number of payloads before it that the client has lost because it reads too slowly. */
  readonly dropped: number;
}

/** Bounds of the payloads that wait for one client: their number, and their characters together. */
const bounds = { items: 128, size: 8 * 1024 * 1024 };

/**
 * Opens the queue between a shared stream and one client. A client that is too slow loses the oldest payloads. The next payload states how many.
 * @param onEnd called once, when the subscription of the client has ended
 * @param onDrop called for each payload that the client loses
 */
export function openOutbox(onEnd: () => void, onDrop: () => void): Channel<LivePayload> {
  return new Channel(
    dropOldest(bounds, { onLoss: onDrop, tell: (payload, dropped): LivePayload => ({ ...payload, dropped }) }),
    onEnd,
  );
}
