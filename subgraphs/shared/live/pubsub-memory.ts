import { type Consumer, type ConsumerOptions, openConsumer } from './consumer.ts';
import type { LivePubSub } from './pubsub.ts';

type Receive = Consumer<unknown>['receive'];

/** Live fan-out within one process. Payloads are serialized to JSON, as with Redis. */
export function createMemoryPubSub(): LivePubSub {
  const listeners = new Map<string, Set<Receive>>();
  const open = new Set<() => Promise<unknown>>();

  return {
    publish(topic, payload) {
      const text = JSON.stringify(payload);
      for (const receive of listeners.get(topic) ?? []) receive(JSON.parse(text));
    },
    subscribe<T>(topics: readonly string[], options: ConsumerOptions<T>) {
      const { channel, receive } = openConsumer(options, () => {
        open.delete(end);
        for (const topic of topics) leave(listeners, topic, receive);
      });
      const end = () => channel.return();
      open.add(end);
      for (const topic of topics) {
        const ofTopic = listeners.get(topic) ?? new Set();
        listeners.set(topic, ofTopic.add(receive));
      }
      return Promise.resolve(channel);
    },
    async close() {
      await Promise.all([...open].map((end) => end()));
    },
  };
}

function leave(listeners: Map<string, Set<Receive>>, topic: string, receive: Receive): void {
  const ofTopic = listeners.get(topic);
  ofTopic?.delete(receive);
  if (ofTopic?.size === 0) listeners.delete(topic);
}
