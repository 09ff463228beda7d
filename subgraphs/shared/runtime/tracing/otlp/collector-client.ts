import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Client } from 'undici';
import { errorCode } from '../../../errors/error-code.ts';
import { ConfigurationError } from '../../config.ts';
import type { CollectorSettings } from '../tracing-config.ts';

const compress = promisify(gzip);

/** Answers after which the specification of OTLP asks to send a batch again. */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Milliseconds before the second attempt, the longest ones, and the growth from one to the next. */
const pauses = { first: 1_000, longest: 5_000, growth: 1.5 };

/** Sends batches of spans to a collector, by OTLP over HTTP. */
export class CollectorClient {
  readonly #settings: CollectorSettings;
  readonly #path: string;
  readonly #client: Client;
  readonly #closing = new AbortController();

  constructor(settings: CollectorSettings) {
    const { origin, pathname, search } = new URL(settings.url);
    const { certificate, clientCertificate, clientKey } = settings;
    const connect = {
      ...(certificate !== undefined && { ca: readPem('CERTIFICATE', certificate) }),
      ...(clientCertificate !== undefined && { cert: readPem('CLIENT_CERTIFICATE', clientCertificate) }),
      ...(clientKey !== undefined && { key: readPem('CLIENT_KEY', clientKey) }),
    };
    this.#settings = settings;
    this.#path = pathname + search;
    this.#client = new Client(origin, { connect });
  }

  /** Sends a request, and again if the collector is not ready. @throws if it was not taken in this time */
  async send(body: Buffer, timeoutMs: number): Promise<void> {
    const { compression, timeoutMs: ownMs } = this.#settings;
    const signal = AbortSignal.any([AbortSignal.timeout(Math.min(timeoutMs, ownMs)), this.#closing.signal]);
    const sent = compression === 'gzip' ? await compress(body) : body;
    for (let pauseMs = pauses.first; ; pauseMs = Math.min(pauseMs * pauses.growth, pauses.longest)) {
      const pause = await this.#attempt(sent, signal, pauseMs);
      if (pause === 'taken') return;
      await delay(pause, undefined, { signal, ref: false });
    }
  }

  /** Ends what is being sent. */
  close(): Promise<void> {
    this.#closing.abort();
    return this.#client.destroy();
  }

  /** @returns milliseconds until the next attempt @throws if there must be none */
  async #attempt(body: Buffer, signal: AbortSignal, pauseMs: number): Promise<number | 'taken'> {
    const { headers, compression } = this.#settings;
    const {
      statusCode,
      headers: answer,
      body: text,
    } = await this.#client.request({
      method: 'POST',
      path: this.#path,
      headers: {
        ...headers,
        'content-type': 'application/x-protobuf',
        ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
      },
      body,
      signal,
    });
    await text.dump();
    if (statusCode >= 200 && statusCode < 300) return 'taken';
    if (!retryable.has(statusCode)) throw new Error(`the collector answered with the status ${statusCode}`);
    const seconds = Number(answer['retry-after']);
    return seconds > 0 ? seconds * 1_000 : pauseMs;
  }
}

function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = errorCode(cause);
    throw new ConfigurationError(`OTEL_EXPORTER_OTLP_${setting}: use a readable file instead of ${path} (${code})`);
  }
}
