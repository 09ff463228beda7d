import { z } from 'zod';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { readGivenJson } from '#shared/runtime/given-files.ts';

/** What a summary reads of a report. */
const summarized = z.object({
  drill: z.string(),
  cases: z.array(
    z.object({ detectedMs: z.number().nullable(), alertsMs: z.record(z.string(), z.number()).optional() }),
  ),
  bars: z.array(z.object({ id: z.string(), met: z.boolean() })),
});
/** A drill writes its report, and several drills write a list of them. */
const written = z.union([summarized.transform((one) => [one]), z.array(summarized).min(1)]);

/** The reports of files that `--json` has written. @throws ConfigurationError without a file, or for another one */
export function readReports(files: readonly string[]): readonly Summarized[] {
  if (files.length === 0) throw needs('summary', 'files that --json has written');
  return files.flatMap((file) => {
    const { data } = written.safeParse(readGivenJson('summary', file));
    if (data) return data;
    throw new ConfigurationError(`summary needs files that --json has written. ${file} has no reports of drills.`);
  });
}

type Report = z.infer<typeof summarized>;

type Summarized = Pick<Report, 'drill'> & {
  readonly cases: readonly Readonly<Report['cases'][number]>[];
  readonly bars: readonly Readonly<Report['bars'][number]>[];
};

/** Lines about all reports: how long alerts and clients took to notice a fault. */
export function summarize(reports: readonly Summarized[]): readonly string[] {
  const cases = reports.flatMap(({ cases: all }) => all);
  const alerts = cases.flatMap(({ alertsMs = {} }) => Object.entries(alertsMs));
  const noticed = cases.flatMap(({ detectedMs }) => detectedMs ?? []);
  const missed = reports.flatMap(({ drill, bars }) => bars.filter(({ met }) => !met).map(({ id }) => `${drill} ${id}`));
  return [
    `${reports.length} reports with ${cases.length} cases; missed bars: ${missed.join(', ') || 'none'}.`,
    ...alerts.map(([alert, ms]) => `${alert} fired after ${seconds(ms)} s.`),
    `Mean time to detect: ${describeMean(alerts.map(([, ms]) => ms))} by an alert, ${describeMean(noticed)} by the first request that failed.`,
  ];
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

function describeMean(values: readonly number[]): string {
  if (values.length === 0) return 'not measured';
  return `${seconds(values.reduce((sum, one) => sum + one, 0) / values.length)} s (${values.length} measured)`;
}
