import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { type ExporterLabels, exporterMetrics } from '../commands/monitoring/exporters.ts';
import type { RecordingRule } from '../commands/monitoring/rule.ts';
import { type KnownMetrics, type LabelValues, readLabels } from './expression-labels.ts';

/** The metrics of scrapes that have a series, with every value that a label has there. */
export function metricsOf(scrapes: readonly string[]): KnownMetrics {
  const metrics = new Map<string, Map<string, Set<string>>>();
  for (const [, name = '', labels = ''] of scrapes.join('\n').matchAll(/^([\w:]+)(?:\{(.*)\})? \S+$/gm)) {
    const known = metrics.getOrInsertComputed(name, () => new Map());
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      known.getOrInsertComputed(label, () => new Set()).add(value);
  }
  return metrics;
}

/** Those metrics and those of exporters, with the labels that Prometheus adds, and the results of recording rules. */
export function withScrapeLabels(
  product: KnownMetrics,
  prometheusFile: string,
  recordingRules: readonly RecordingRule[],
): KnownMetrics {
  const ofScrape = [['job', jobsIn(prometheusFile)] as const, ['instance', 'open'] as const];
  const exported = Object.values(exporterMetrics).flatMap((metrics) =>
    Object.entries(metrics).map(([name, labels]) => [name, new Map(valuesOf(labels))] as const),
  );
  const known = new Map(
    [...product, ...exported].map(([name, labels]) => [name, new Map<string, LabelValues>([...labels, ...ofScrape])]),
  );
  for (const { record, expr } of recordingRules)
    known.set(record, new Map([...readLabels(expr, known).labels].map((label) => [label, 'open'])));
  return known;
}

const valuesOf = (labels: ExporterLabels): readonly (readonly [string, LabelValues])[] =>
  Object.entries(labels).map(([label, values]) => [label, values === 'open' ? values : new Set(values)] as const);

/** A process of the next version has the job of the version that it replaces. */
function jobsIn(prometheusFile: string): LabelValues {
  const { scrape_configs: jobs } = z
    .object({ scrape_configs: z.array(z.object({ job_name: z.string() })) })
    .parse(parse(readFileSync(prometheusFile, 'utf8'), { merge: true }));
  return new Set(jobs.map(({ job_name: name }) => name.replace(/^next-/, '')));
}
