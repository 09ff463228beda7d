import { z } from 'zod';
import type { CollectorSettings } from '../runtime/tracing/tracing-config.ts';
import { readPairs } from './read-pairs.ts';

const address = z.url({ protocol: /^https?$/, error: 'use a URL such as http://collector:4318' }).optional();
const protocol = z.enum(['http/protobuf'], 'use http/protobuf').optional();
const headers = z.string().optional();
const timeout = z.coerce.number().int().min(1).max(600_000);
const compression = z.enum(['gzip', 'none']);
const file = z.string().optional();

/** The standard variables that say how traces reach their collector, each with its form for traces only. */
export const collectorSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: address.meta({
    description: 'Collector to which traces are sent, by OTLP over HTTP; `/v1/traces` is added.',
    otherwise: 'no traces, and nothing that records them is loaded',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address.meta({
    description: 'The same, with its path.',
    otherwise: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol.meta({
    description: 'Protocol of the collector. Only `http/protobuf` is supported.',
    otherwise: '`http/protobuf`',
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol.meta({
    description: 'The same.',
    otherwise: 'OTEL_EXPORTER_OTLP_PROTOCOL',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: headers.meta({
    description: 'Headers of requests to the collector, such as `authorization=Bearer%20…`.',
    form: 'list with commas',
    otherwise: 'none',
  }),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers.meta({
    description: 'Further headers, which replace those of the same name.',
    form: 'list with commas',
    otherwise: 'none',
  }),
  OTEL_EXPORTER_OTLP_TIMEOUT: timeout.default(10_000).meta({
    description: 'Time after which the attempts to send a batch of spans end.',
    unit: 'ms',
  }),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: timeout.optional().meta({
    description: 'The same.',
    unit: 'ms',
    otherwise: 'OTEL_EXPORTER_OTLP_TIMEOUT',
  }),
  OTEL_EXPORTER_OTLP_COMPRESSION: compression.default('none').meta({
    description: 'Compression of requests to the collector. It costs CPU time.',
  }),
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: compression.optional().meta({
    description: 'The same.',
    otherwise: 'OTEL_EXPORTER_OTLP_COMPRESSION',
  }),
  OTEL_EXPORTER_OTLP_CERTIFICATE: file.meta({
    description: 'PEM file with the authority that certifies the collector.',
    otherwise: 'the authorities of Node',
  }),
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: file.meta({
    description: 'The same.',
    otherwise: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
  }),
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file.meta({
    description: 'PEM file with the certificate that the collector asks for.',
    otherwise: 'none',
  }),
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: file.meta({
    description: 'The same.',
    otherwise: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
  }),
  OTEL_EXPORTER_OTLP_CLIENT_KEY: file.meta({
    description: 'PEM file with the key of that certificate.',
    otherwise: 'none',
  }),
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: file.meta({
    description: 'The same.',
    otherwise: 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
  }),
};

const schema = z.object(collectorSettings);

/** Undefined if there is no collector. */
export function collectorOf(given: z.infer<typeof schema>): CollectorSettings | undefined {
  const base = given.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url = given.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base.replace(/\/$/, '')}/v1/traces`);
  if (url === undefined) return undefined;
  return {
    url,
    headers: {
      ...readPairs(given.OTEL_EXPORTER_OTLP_HEADERS ?? ''),
      ...readPairs(given.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? ''),
    },
    timeoutMs: given.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? given.OTEL_EXPORTER_OTLP_TIMEOUT,
    compression: given.OTEL_EXPORTER_OTLP_TRACES_COMPRESSION ?? given.OTEL_EXPORTER_OTLP_COMPRESSION,
    certificate: given.OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE ?? given.OTEL_EXPORTER_OTLP_CERTIFICATE,
    clientCertificate:
      given.OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE ?? given.OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE,
    clientKey: given.OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY ?? given.OTEL_EXPORTER_OTLP_CLIENT_KEY,
  };
}
