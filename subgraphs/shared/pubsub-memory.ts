import { type LivePubSub, LiveQueue } from './pubsub.ts';

/** Live fan-out within one process. Payloads pass through JSON, as they would through Redis. */
export function createMemoryPubSub(): LivePubSub {
  const queues = new Map<string, Set<LiveQueue<unknown>>>();

  return {
    publish(topic, payload) {
      const text = JSON.stringify(payload);
      for (const queue of queues.get(topic) ?? []) queue.push(JSON.parse(text));
    },
    subscribe<T>(topics: readonly string[], onLoss?: () => void) {
      const queue: LiveQueue<T> = new LiveQueue<T>(() => {
        for (const topic of topics) {
          const listeners = queues.get(topic);
          listeners?.delete(queue as LiveQueue<unknown>);
          if (listeners?.size === 0) queues.delete(topic);
        }
      }, onLoss);
      for (const topic of topics) {
        const listeners = queues.get(topic) ?? new Set();
        // Payloads were written by this process for this topic: their type is the topic's.
        listeners.add(queue as LiveQueue<unknown>);
        queues.set(topic, listeners);
      }
      return Promise.resolve(queue);
    },
    async close() {
      await Promise.all([...queues.values()].flatMap((listeners) => [...listeners].map((queue) => queue.return())));
    },
  };
}
