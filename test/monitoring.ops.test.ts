import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { allRules } from '../commands/monitoring/all-rules.ts';
import { exporterMetrics } from '../commands/monitoring/exporters.ts';
import { isAlert } from '../commands/monitoring/rule.ts';
import { missingIn, readLabels } from './expression-labels.ts';
import { metricsIn } from './expressions.ts';
import { startTestGraph, type TestGraph } from './graph/graph.ts';
import { metricsOf, withScrapeLabels } from './known-metrics.ts';
import { rareMetrics } from './rare-metrics.ts';

const project = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** The rules and dashboards as Prometheus and Grafana read them, against a running product. */
const dashboard = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string().default('') })),
    }),
  ),
});
const rules = Object.values(allRules(project)).flatMap((groups) => groups.flatMap((group) => group.rules));
const recordingRules = rules.flatMap((rule) => (isAlert(rule) ? [] : [rule]));

/** An expression with the text that shows labels of its result. */
interface Shown {
  readonly where: string;
  readonly expr: string;
  readonly text: string;
}
const expressions: readonly Shown[] = [
  ...rules.map((rule) =>
    isAlert(rule)
      ? { where: `alert ${rule.alert} ${rule.severity}`, expr: rule.expr, text: rule.summary }
      : { where: `rule ${rule.record}`, expr: rule.expr, text: '' },
  ),
  ...globSync('monitoring/grafana/dashboards/*.json', { cwd: project }).flatMap((file) =>
    dashboard
      .parse(JSON.parse(readFileSync(join(project, file), 'utf8')))
      .panels.flatMap(({ title, targets }) =>
        targets.map(({ expr, legendFormat: text }) => ({ where: `${file}: ${title}`, expr, text })),
      ),
  ),
];

describe('rules and dashboards', () => {
  let graph: TestGraph;
  let scrapes: readonly string[];
  beforeAll(async () => {
    graph = await startTestGraph({ budgetMode: 'enforce' });
    await Promise.all(graph.product.subgraphs.map((subgraph) => subgraph.measure()));
    await graph.ask('dispatcher', '{ shipments(first: 5) { nodes { id } } }');
    const alone = await graph.without('shipments');
    await alone.ask('dispatcher', '{ shipments(first: 5) { nodes { id } } }');
    scrapes = await Promise.all([graph.adminUrl, alone.adminUrl, ...graph.product.urls.values()].map(scrape));
    await alone.close();
  });
  afterAll(() => graph.close());

  test('read metrics and labels that the running product or a named exporter has, and show labels that they read', async () => {
    const product = metricsOf([...scrapes, ...(await rareMetrics())]);
    const known = withScrapeLabels(product, join(project, 'monitoring/prometheus/prometheus.yml'), recordingRules);
    const faults = expressions.flatMap(({ where, expr, text }) => {
      const { labels, faults: found } = readLabels(expr, known);
      const missing = missingIn(text, labels).map(
        (label) => `"${text}" shows ${label}, which the result does not have`,
      );
      return [...found, ...missing].map((fault) => `${where}: ${fault}`);
    });
    expect(faults).toEqual([]);
  });

  test('find metrics that are named as Prometheus advises', async () => {
    const texts = [...scrapes, ...(await rareMetrics())];
    const advice = await Promise.all(texts.map(adviceOn));
    expect(advice.join('')).toBe('');
  });

  test('show figures of the company and of the queues as soon as they are measured', () => {
    const measured = metricsOf(scrapes);
    const wanted = [...new Set(expressions.flatMap(({ expr }) => metricsIn(expr)))].filter(
      (name) => /^(?:freight_|subgraph_jobs)/.test(name) && !(name in exporterMetrics.node),
    );
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.filter((name) => !measured.has(name))).toEqual([]);
  });

  test('show the points that operations cost', () => {
    const [text] = scrapes;
    expect(text).toMatch(/^gateway_cost_points_total\{tier="\w+"\} [1-9]/m);
    expect(text).toMatch(/^gateway_client_points_total\{client="\w+"\} [1-9]/m);
  });

  test('read every metric that is named for an exporter', () => {
    const read = new Set(expressions.flatMap(({ expr }) => metricsIn(expr)));
    const named = Object.values(exporterMetrics).flatMap((metrics) => Object.keys(metrics));
    expect(named.filter((name) => !read.has(name))).toEqual([]);
  });
});

const scrape = async (url: string): Promise<string> => (await fetch(new URL('/metrics', url))).text();

/** What promtool says of the names, types and descriptions in a scrape. Those of `nodejs_active_*` are prom-client's. */
async function adviceOn(text: string): Promise<string> {
  const checking = run('promtool', ['check', 'metrics']);
  checking.child.stdin?.end(text.replaceAll(/^.*\bnodejs_active_.*\n/gm, ''));
  return checking.then(
    () => '',
    ({ stdout, stderr }) => `${stdout}${stderr}`,
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
