import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { allRules } from '../commands/monitoring/all-rules.ts';
import { exporterMetrics } from '../commands/monitoring/exporters.ts';
import { isAlert } from '../commands/monitoring/rule.ts';
import { metricsIn } from './expressions.ts';
import { startTestGraph, type TestGraph } from './graph/graph.ts';

const project = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** The rules and dashboards as Prometheus and Grafana read them, against a running product. */
const dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});
const rules = Object.values(allRules(project)).flatMap((groups) => groups.flatMap((group) => group.rules));
const recorded = rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]));
const expressions = [
  ...rules.map(
    (rule) => [isAlert(rule) ? `alert ${rule.alert} ${rule.severity}` : `rule ${rule.record}`, rule.expr] as const,
  ),
  ...globSync('monitoring/grafana/dashboards/*.json', { cwd: project }).flatMap((file) =>
    dashboard
      .parse(JSON.parse(readFileSync(join(project, file), 'utf8')))
      .panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [`${file}: ${title}`, expr] as const)),
  ),
];

describe('rules and dashboards', () => {
  let graph: TestGraph;
  let served: ReadonlySet<string>;
  beforeAll(async () => {
    graph = await startTestGraph({ budgetMode: 'enforce' });
    const texts = await Promise.all([graph.adminUrl, ...graph.product.urls.values()].map(scrape));
    served = new Set(texts.flatMap(namesIn));
  });
  afterAll(() => graph.close());

  test('read metrics that the running product or a named exporter has', () => {
    const known = new Set([...served, ...recorded, ...Object.values(exporterMetrics).flat()]);
    const unknown = expressions.flatMap(([where, expr]) =>
      metricsIn(expr).flatMap((name) => (known.has(name) ? [] : [`${where}: ${name}`])),
    );
    expect(unknown).toEqual([]);
  });

  test('show figures of the company and of the queues as soon as they are measured', async () => {
    await Promise.all(graph.product.subgraphs.map((subgraph) => subgraph.measure()));
    const texts = await Promise.all([...graph.product.urls.values()].map(scrape));
    const measured = new Set(texts.flatMap((text) => [...text.matchAll(/^(\w+)\{/gm)].map(([, name]) => name)));
    const wanted = [...new Set(expressions.flatMap(([, expr]) => metricsIn(expr)))].filter(
      (name) => /^(?:freight_|subgraph_jobs)/.test(name) && !exporterMetrics['node']?.includes(name),
    );
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.filter((name) => !measured.has(name))).toEqual([]);
  });

  test('show the points that operations cost', async () => {
    await graph.ask('dispatcher', '{ shipments(first: 5) { nodes { id } } }');
    const text = await scrape(graph.adminUrl);
    expect(text).toMatch(/^gateway_cost_points_total\{tier="\w+"\} [1-9]/m);
    expect(text).toMatch(/^gateway_client_points_total\{client="\w+"\} [1-9]/m);
  });

  test('read every metric that is named for an exporter', () => {
    const read = new Set(expressions.flatMap(([, expr]) => metricsIn(expr)));
    expect(
      Object.values(exporterMetrics)
        .flat()
        .filter((name) => !read.has(name)),
    ).toEqual([]);
  });

  test('an expression that is no PromQL, or a metric that nobody has, would be found', () => {
    expect(() => metricsIn('sum(rate(gateway_requests_total[5m])')).toThrow('no PromQL');
    expect(metricsIn('sum by (le) (rate(no_such_metric{a="b"}[5m])) > 1')).toEqual(['no_such_metric']);
    expect(served.has('no_such_metric')).toBe(false);
  });
});

const scrape = async (url: string): Promise<string> => (await fetch(new URL('/metrics', url))).text();

/** Names of metrics in a scrape, those of histograms with their parts. Metrics without a series yet have a type. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' || type === 'summary' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
}

test('Prometheus accepts every rule, without a duplicate', async () => {
  const files = globSync('monitoring/prometheus/rules/*.yml', { cwd: project });
  const { stdout } = await run('promtool', ['check', 'rules', '--lint-fatal', ...files], { cwd: project });
  expect(stdout.match(/SUCCESS/g)).toHaveLength(files.length);
});

test.each(globSync('monitoring/prometheus/{tests/*,*.test}.yml', { cwd: project }))(
  'every alert of %s waits, fires, stays quiet just below its limit, ignores other series, and ends',
  async (file) => {
    const { stdout } = await run('promtool', ['test', 'rules', file], { cwd: project });
    expect(stdout).toContain('SUCCESS');
  },
  180_000,
);
