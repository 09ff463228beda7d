import { describe, expect, test } from '@jest/globals';
import { missingIn, readLabels } from './expression-labels.ts';
import { metricsIn } from './expressions.ts';
import { metricsOf } from './known-metrics.ts';

/** Faults of PromQL expressions that Prometheus and Grafana accept: their panels stay empty, and their alerts never fire. */
const known = metricsOf([
  `requests_total{outcome="ok",client="web"} 1
requests_total{outcome="failed",client="web"} 1
duration_seconds_bucket{le="1",client="web"} 1
open_sockets{client="web"} 1
clients 1`,
]);
const faultsOf = (expr: string) => readLabels(expr, known).faults;
const labelsOf = (expr: string) => [...readLabels(expr, known).labels];

test('a text that is no PromQL is refused', () => {
  expect(() => metricsIn('sum(rate(requests_total[5m])')).toThrow('no PromQL');
});

test('each metric that an expression reads is named', () => {
  expect(metricsIn('sum by (le) (rate(requests_total{a="b"}[5m])) > clients')).toEqual(['requests_total', 'clients']);
});

describe('a fault is found:', () => {
  test.each([
    ['a metric that nobody has', 'sum(no_such_metric)', ['no_such_metric is not known']],
    ['a label that the metric lacks', 'requests_total{code="ok"}', ['requests_total has no label code']],
    ['a value that never occurs', 'requests_total{outcome="fail"}', ['requests_total has no outcome "fail"']],
    [
      'a value that never occurs, to exclude',
      'requests_total{outcome!="fine"}',
      ['requests_total has no outcome "fine"'],
    ],
    ['one of several values', 'requests_total{outcome=~"ok|fail"}', ['requests_total has no outcome "fail"']],
    ['a sum by a missing label', 'sum by (lable) (clients)', ['sum names lable, which the series do not have']],
    [
      'a sum without a missing label',
      'sum without (lable) (clients)',
      ['sum names lable, which the series do not have'],
    ],
    [
      'a label that an inner sum removes',
      'max by (client) (sum(open_sockets))',
      ['max names client, which the series do not have'],
    ],
    [
      'a percentile without buckets',
      'histogram_quantile(0.5, sum by (client) (duration_seconds_bucket))',
      ['histogram_quantile names le, which the series do not have'],
    ],
    [
      'operands with different labels',
      'requests_total / clients',
      ['the operands never match: only one has outcome, client'],
    ],
    [
      'operands that match on a label of one',
      'requests_total / on (client) clients',
      ['on names client, which the series do not have'],
    ],
    [
      'an ignored label that neither has',
      'open_sockets / ignoring (outcome) open_sockets',
      ['ignoring names outcome, which the series do not have'],
    ],
    [
      'a label to add that the other side lacks',
      'open_sockets * on () group_left (name) clients',
      ['group_left names name, which the series do not have'],
    ],
  ])('%s', (_, expr, faults) => {
    expect(faultsOf(expr)).toEqual(faults);
  });
});

test.each([
  ['sum by (client) (rate(requests_total{outcome!="ok"}[5m])) > 1', ['client']],
  ['sum without (client) (requests_total)', ['outcome']],
  ['topk(5, sum by (outcome) (requests_total))', ['outcome']],
  ['histogram_quantile(0.9, sum by (le, client) (rate(duration_seconds_bucket[5m])))', ['client']],
  ['requests_total / ignoring (outcome) group_left open_sockets', ['outcome', 'client']],
  ['sum by (client) (requests_total) / on (client) open_sockets', ['client']],
  ['open_sockets and on () clients > 0', ['client']],
  ['sum(requests_total) or vector(0)', []],
  ['absent(requests_total{outcome="ok"})', ['outcome']],
  ['time() - max by (client) (open_sockets)', ['client']],
])('the labels of a result are followed: %s', (expr, labels) => {
  expect([faultsOf(expr), labelsOf(expr)]).toEqual([[], labels]);
});

test('a text shows only labels of the result', () => {
  const labels = new Set(['client']);
  expect(missingIn('{{client}} of {{instance}}', labels)).toEqual(['instance']);
  expect(missingIn('{{ $labels.client }} has {{ $value | humanize }} at {{ $labels.instance }}', labels)).toEqual([
    'instance',
  ]);
});
