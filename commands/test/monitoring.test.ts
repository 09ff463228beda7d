import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { readComposeData, readComposeFile } from '../../drills/topology/compose-file.ts';
import { withNextSet } from '../../drills/topology/next-set.ts';
import { newComposeSecrets } from '../keys/compose-secrets.ts';
import { allRules } from '../monitoring/all-rules.ts';
import { exporterMetrics, proxies } from '../monitoring/exporters.ts';
import { monitoringFiles } from '../monitoring/files.ts';
import { notation } from '../monitoring/proof.ts';
import { isAlert, runbookOf } from '../monitoring/rule.ts';

const project = join(import.meta.dirname, '../..');
const alerts = Object.values(allRules(project))
  .flat()
  .flatMap(({ rules }) => rules.filter(isAlert));

test('the committed rules, tests and dashboards are those of the descriptions', () => {
  for (const [path, text] of monitoringFiles(project))
    expect([path, readFileSync(join(project, path), 'utf8')]).toEqual([path, text]);
});

test('the objective of 99.95 % is watched over the windows of the issue', () => {
  const burns = alerts.filter(({ alert }) => alert === 'ErrorBudgetBurns');
  expect(
    burns.map(({ severity, expr }) => `${severity}: ${expr.replaceAll('gateway:request_failures:ratio_rate', '')}`),
  ).toEqual([
    'critical: 1h > 0.0072 and 5m > 0.0072',
    'critical: 6h > 0.003 and 30m > 0.003',
    'warning: 3d > 0.0005 and 6h > 0.0005',
  ]);
});

test.each([...new Set(alerts.map(runbookOf))])(
  'the runbook %s says what it means, how to see it and what to do',
  (page) => {
    expect(existsSync(join(project, page))).toBe(true);
    const headings = readFileSync(join(project, page), 'utf8').match(/^## .*$/gm);
    expect(headings).toEqual(['## What it means', '## How to see it', '## What to do']);
  },
);

test('values of a test are written in the notation of promtool', () => {
  expect(notation([5, 5, 5, 7, 9, 8])).toBe('5+0x2 7+2x1 8');
  expect(notation(['_', '_', 3, 2, 1])).toBe('_x2 3-1x2');
});

const { scrape_configs: jobs } = z
  .object({
    scrape_configs: z.array(
      z.object({
        job_name: z.string(),
        static_configs: z.array(z.object({ targets: z.array(z.string()) })).default([]),
        dns_sd_configs: z.array(z.object({ names: z.array(z.string()), port: z.number() })).default([]),
      }),
    ),
  })
  .parse(parse(readFileSync(join(project, 'monitoring/prometheus/prometheus.yml'), 'utf8'), { merge: true }));

test('Prometheus finds the processes of the next version while it is released', async () => {
  const file = withNextSet(readComposeFile(join(project, 'docker-compose.yml'), await newComposeSecrets()));
  const next = Object.entries(file.services)
    .filter(([, { profiles }]) => profiles.includes('next'))
    .map(([name, { environment }]) => `${name}:${environment['ADMIN_PORT'] ?? environment['PORT']}`);
  const found = jobs
    .flatMap((job) => job.dns_sd_configs)
    .flatMap(({ names, port }) => names.map((name) => `${name}:${port}`));
  expect(new Set(found)).toEqual(new Set(next));
});

test('Prometheus reads every process and exporter of the compose file, and each metric of an exporter has its job', () => {
  const hosts = jobs
    .flatMap((job) => job.static_configs)
    .flatMap(({ targets }) => targets.map((target) => target.replace(/^https:\/\//, '').split(':')[0]));
  const { services } = z
    .object({ services: z.record(z.string(), z.object({ networks: z.array(z.string()).optional() })) })
    .parse(readComposeData(join(project, 'docker-compose.yml')));
  const observed = Object.keys(services).filter((name) => services[name]?.networks?.includes('observe'));
  const withoutMetrics = ['grafana', 'jaeger', 'operator', 'prober', 'proxy', 'postgres', 'redis'];
  expect(observed.filter((name) => !withoutMetrics.includes(name) && !hosts.includes(name))).toEqual([]);
  expect(hosts.filter((host) => host === undefined || !observed.includes(host))).toEqual([]);
  expect(Object.keys(exporterMetrics).filter((job) => !jobs.some(({ job_name: name }) => name === job))).toEqual([]);
});

test('the names of proxies that expressions may use are those of HAProxy', () => {
  const text = readFileSync(join(project, 'infra/haproxy/haproxy.cfg'), 'utf8');
  expect(Array.from(text.matchAll(/^(?:frontend|backend) (\S+)/gm), ([, name]) => name)).toEqual(proxies);
});
