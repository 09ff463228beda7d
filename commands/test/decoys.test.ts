import { expect, test } from '@jest/globals';
import { decoysOf, matchersIn, variantsOf } from '../monitoring/decoys.ts';
import { gauge } from '../monitoring/proof.ts';

/** Decoys are series that a rule must not count. The tests of alerts (`npm run monitoring`) have some for each matcher of each rule. */
const decoys = (expr: string, ...series: readonly string[]) =>
  matchersIn(expr).flatMap((matcher) =>
    decoysOf(
      matcher,
      series.map((one) => gauge(one, 1, 0)),
    ).flatMap((some) => some.map((one) => one.series)),
  );

test.each<[string, string, ...string[]]>([
  ['up{job="gateway"} == 0', 'up{job="gateway",instance="a"}', 'up{job="other",instance="a"}'],
  ['up{job!~"gateway|subgraph"} == 0', 'up{job="redis"}', 'up{job="gateway"}', 'up{job="subgraph"}'],
  ['up{job=~"gateway|subgraph"} == 0', 'up{instance="a",job="subgraph"}', 'up{instance="a",job="other"}'],
  ['requests{outcome!="cancelled"} > 1', 'requests{outcome="ok"}', 'requests{outcome="cancelled"}'],
])('%s does not count a copy of %s', (expr, series, ...copies) => {
  expect(decoys(expr, series)).toEqual(copies);
});

test('each label of a selector has its decoy', () => {
  expect(decoys('jobs{queue="events",state="waiting"}', 'jobs{queue="events",state="waiting"}')).toEqual([
    'jobs{queue="other",state="waiting"}',
    'jobs{queue="events",state="other"}',
  ]);
});

test('two series that become one stay apart', () => {
  const found = decoys('jobs{state!="done"}', 'jobs{state="waiting"}', 'jobs{state="active"}');
  expect(found).toHaveLength(2);
  expect(new Set(found).size).toBe(2);
});

test('a condition on two metrics has decoys of both, because one alone would match nothing', () => {
  expect(decoys('free{type!="tmpfs"} / size{type!="tmpfs"}', 'free{type="ext4"}', 'size{type="ext4"}')).toEqual([
    'free{type="tmpfs"}',
    'size{type="tmpfs"}',
  ]);
});

test('each value that a matcher names has its variant', () => {
  const [matcher] = matchersIn('up{job=~"gateway|subgraph"} == 0');
  const variants = variantsOf(matcher!, [gauge('up{job="gateway"}', 0, 1)]);
  expect(variants.map((series) => series.map((one) => one.series))).toEqual([
    ['up{job="gateway"}'],
    ['up{job="subgraph"}'],
  ]);
});

test('series that the rule does not select, and a matcher that selects all, have none', () => {
  expect(decoys('up{job="gateway"}', 'up{job="redis"}', 'down{job="gateway"}')).toEqual([]);
  expect(decoys('up{job=~".*"}', 'up{job="redis"}')).toEqual([]);
});
