import { dropOldest } from '#shared/live/backlog.ts';
import { Channel } from '#shared/live/channel.ts';

/** Bounds of the payloads that wait for one client: their number, and their characters together. */
const bounds = { items: 128, size: 8 * 1024 * 1024 };

/**
 * Opens the queue between a shared stream and one client. Its items are whole GraphQL responses as JSON text, without extensions. A client that
 * is too slow loses the oldest payloads. The next payload states how many (`extensions.live.dropped`).
 * @param onEnd called once, when the subscription of the client has ended
 * @param onDrop called for each payload that the client loses
 */
export function openOutbox(onEnd: () => void, onDrop: () => void): Channel<string> {
  return new Channel(dropOldest(bounds, { onLoss: onDrop, tell: addLoss }), onEnd);
}

function addLoss(text: string, dropped: number): string {
  return `${text.slice(0, -1)},"extensions":{"live":{"dropped":${dropped}}}}`;
}
