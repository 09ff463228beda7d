/** Where spans go, and which traces are recorded. */
export interface TracingConfig {
  readonly collector: CollectorSettings;
  /** Replaces the name of the process in spans. */
  readonly serviceName: string | undefined;
  /** Further attributes of the process. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampling: Sampling;
  readonly queue: QueueLimits;
}

/** How requests reach the collector. */
export interface CollectorSettings {
  /** URL to which spans are sent, by OTLP over HTTP. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  /** Milliseconds for a batch. */
  readonly timeoutMs: number;
  /** Files in PEM: of the authority of the collector, and of our own certificate and its key. */
  readonly certificate: string | undefined;
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
}

export interface Sampling {
  /** Share of the traces that are recorded, between 0 and 1. */
  readonly share: number;
  /** True if a client decides whether the trace that it began is recorded. */
  readonly followsClients: boolean;
}

export interface QueueLimits {
  /** Spans that may wait. Further ones are dropped. */
  readonly size: number;
  /** Spans that are sent at once. */
  readonly batchSize: number;
  /** Milliseconds that a span waits for others. */
  readonly delayMs: number;
  /** Milliseconds after which the attempts to send a batch end. */
  readonly timeoutMs: number;
}
