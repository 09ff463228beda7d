import { z } from 'zod';
import { ConfigurationError, parseGiven } from '#shared/runtime/config.ts';
import { readGivenJson } from '#shared/runtime/given-files.ts';
import { emptyMegabytes, type Point, socketKilobytes, type Unit } from './model.ts';

const cpuMs = z.object({ product: z.number(), postgres: z.number() });
const loadReport = z.object({
  load: z.string(),
  perSecond: z.number(),
  cpuMsPerRequest: cpuMs,
  peakPerSecond: z.number().optional(),
  peakCpuMsPerRequest: cpuMs.optional(),
});
const liveReport = z.object({
  bench: z.literal('live'),
  cases: z.array(
    z.object({
      name: z.string(),
      subscribers: z.number(),
      messageMicroseconds: z.number(),
      residentMegabytes: z.number(),
    }),
  ),
});

/** Each user of a company watches vehicles of its own. */
const liveCase = 'all different';

function readReport<S extends z.ZodType>(shape: S, file: string, made: string): z.infer<S> {
  return parseGiven(shape, readGivenJson(`The report of ${made}`, file), `${file} is no report of ${made}`);
}

const readLoad = (file: string) => readReport(loadReport, file, '`npm run load` on the topology');

function readLive(file: string) {
  const { cases } = readReport(liveReport, file, '`npm run bench:live -- --json`');
  const found = cases.find(({ name }) => name === liveCase);
  if (!found) throw new ConfigurationError(`${file} has no case "${liveCase}".`);
  return found;
}

/**
 * What one request and one socket take.
 * @param load report of a load on the topology
 * @param live reports of bench:live with few and with many subscribers
 */
export function readUnit(load: string, [few, many]: readonly [few: string, many: string]): Unit {
  const { product, postgres } = readLoad(load).cpuMsPerRequest;
  const [less, more] = [readLive(few), readLive(many)];
  if (less.subscribers >= more.subscribers)
    throw new ConfigurationError('--live: the second report must have more subscribers than the first');
  const kilobytes = socketKilobytes(less, more);
  return {
    productMs: product,
    postgresMs: postgres,
    socketKilobytes: kilobytes,
    gatewayMegabytes: emptyMegabytes(less, kilobytes),
    messageMicroseconds: more.messageMicroseconds,
  };
}

/** The loads of reports: what was sustained, and the peak of a soak. */
export function readPoints(files: readonly string[]): readonly Point[] {
  return files.flatMap((file) => {
    const { load, perSecond, cpuMsPerRequest, peakPerSecond, peakCpuMsPerRequest } = readLoad(file);
    const pointOf = (name: string, rate: number, used: z.infer<typeof cpuMs>): Point => ({
      name,
      perSecond: rate,
      cores: (rate * (used.product + used.postgres)) / 1_000,
    });
    const points = [pointOf(load, perSecond, cpuMsPerRequest)];
    if (peakPerSecond === undefined || !peakCpuMsPerRequest) return points;
    return [...points, pointOf(`${load}, peak`, peakPerSecond, peakCpuMsPerRequest)];
  });
}
