import { Counter, Gauge, type Registry } from 'prom-client';

/** What is open now. */
export interface OpenConnections {
  readonly subscriptions: () => number;
  /** Equal subscriptions share one. */
  readonly streams: () => number;
  readonly sockets: () => number;
}

export interface LiveMetrics {
  /** An event was passed to the clients of its stream. */
  delivered(clients: number): void;
  /** A client of a subscription was too slow and lost a payload. */
  dropped(): void;
  watch(open: OpenConnections): void;
}

export function createLiveMetrics(registry: Registry): LiveMetrics {
  const registers = [registry];
  const payloads = new Counter({
    name: 'gateway_live_payloads_total',
    help: 'Payloads of subscriptions passed to clients',
    registers,
  });
  const dropped = new Counter({
    name: 'gateway_live_payloads_dropped_total',
    help: 'Payloads of subscriptions dropped because the client reads too slowly',
    registers,
  });
  return {
    delivered: (clients) => payloads.inc(clients),
    dropped: () => dropped.inc(),
    watch({ subscriptions, streams, sockets }) {
      const watched = [
        ['gateway_live_subscriptions', 'Subscriptions that are open', subscriptions],
        ['gateway_live_streams', 'Streams that are open; equal subscriptions share one', streams],
        ['gateway_live_sockets', 'Websockets that are open', sockets],
      ] as const;
      for (const [name, help, read] of watched)
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(read());
          },
        });
    },
  };
}
