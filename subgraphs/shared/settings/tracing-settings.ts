import { z } from 'zod';
import type { TracingConfig } from '../runtime/tracing/tracing-config.ts';
import { collectorOf, collectorSettings } from './collector-settings.ts';
import { readPairs } from './read-pairs.ts';

const milliseconds = z.coerce.number().int().min(1).max(600_000);
const count = z.coerce.number().int().min(1).max(1_000_000);
const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
/** The standard variables of OpenTelemetry, which every process reads. */
export const tracingSettings = {
  ...collectorSettings,
  OTEL_SDK_DISABLED: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'With `true` there are no traces.' }),
  OTEL_SERVICE_NAME: z.string().min(1).optional().meta({
    description: 'Name of the process in traces.',
    otherwise: '`gateway`, or the name of the subgraph',
  }),
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional().meta({
    description: 'Further attributes of the process in traces, such as `deployment.environment.name=staging`.',
    form: 'list with commas',
    otherwise: 'none',
  }),
  OTEL_TRACES_SAMPLER: z.enum(samplers).default('always_on').meta({
    description:
      'Which traces are recorded: `always_on` all, `traceidratio` the share OTEL_TRACES_SAMPLER_ARG. With `parentbased_` before it, a client that sends a `traceparent` decides for its trace. The gateway decides for requests, and subgraphs follow it.',
  }),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1).meta({
    description: 'Share of the traces, between 0 and 1, for the samplers with `traceidratio`.',
  }),
  OTEL_BSP_MAX_QUEUE_SIZE: count.default(2_048).meta({
    description: 'Spans that may wait to be sent; further ones are dropped and counted.',
    unit: 'spans',
  }),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: count
    .default(512)
    .meta({ description: 'Spans that are sent at once.', unit: 'spans' }),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds.default(5_000).meta({
    description: 'Longest time that a span waits for others before it is sent.',
    unit: 'ms',
  }),
  OTEL_BSP_EXPORT_TIMEOUT: milliseconds.default(30_000).meta({
    description: 'Time after which the attempts to send a batch of spans end.',
    unit: 'ms',
  }),
};

const schema = z.object(tracingSettings);

/** The configuration that the settings ask for; undefined if there is no collector, or traces are switched off. */
export function tracingConfig(given: z.infer<typeof schema>): TracingConfig | undefined {
  const collector = collectorOf(given);
  if (!collector || given.OTEL_SDK_DISABLED === 'true') return undefined;
  return {
    collector,
    serviceName: given.OTEL_SERVICE_NAME,
    resource: readPairs(given.OTEL_RESOURCE_ATTRIBUTES ?? ''),
    sampling: samplingOf(given),
    queue: {
      size: given.OTEL_BSP_MAX_QUEUE_SIZE,
      batchSize: given.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
      delayMs: given.OTEL_BSP_SCHEDULE_DELAY,
      timeoutMs: given.OTEL_BSP_EXPORT_TIMEOUT,
    },
  };
}

function samplingOf({
  OTEL_TRACES_SAMPLER: sampler,
  OTEL_TRACES_SAMPLER_ARG: share,
}: z.infer<typeof schema>): TracingConfig['sampling'] {
  const shares = { always_on: 1, always_off: 0, traceidratio: share } as const;
  const own = sampler.replace(/^parentbased_/, '') as keyof typeof shares; // one of the list above
  return { share: shares[own], followsClients: own !== sampler };
}
