import { dropOldest } from '#shared/live/backlog.ts';
import { Channel } from '#shared/live/channel.ts';

/** Payloads, and characters of them, that wait for one client: memory per client is bounded. */
const bounds = { items: 128, size: 8 * 1024 * 1024 };

/**
 * The queue between a stream that many share and one client. Its items are whole GraphQL responses as JSON text, without
 * extensions. A client that is too slow loses the oldest and is told how many in the next one (`extensions.live.dropped`).
 * @param onEnd called once, when nothing more is sent to the client
 * @param onDrop called for each payload that the client loses
 */
export function openOutbox(onEnd: () => void, onDrop: () => void): Channel<string> {
  return new Channel(dropOldest(bounds, { onLoss: onDrop, tell: addLoss }), onEnd);
}

function addLoss(text: string, dropped: number): string {
  return `${text.slice(0, -1)},"extensions":{"live":{"dropped":${dropped}}}}`;
}
