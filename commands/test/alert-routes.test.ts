import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { AlertmanagerConfig } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1';
import { parse } from 'yaml';
import { ofKind } from '../check-deploy/kubernetes/kubernetes-object.ts';
import { alertmanagerConfigOf } from '../k8s/alertmanager-config.ts';
import { base, findingsWith, findingsWithout, project } from './kubernetes-base.ts';

const text = readFileSync(join(project, 'monitoring/alertmanager/alertmanager.yml'), 'utf8');
const [inKubernetes] = ofKind(base, AlertmanagerConfig);

describe('people are told of alerts in Kubernetes as with docker-compose.yml', () => {
  test('by the same routes, channels and texts', () => {
    expect(inKubernetes?.spec).toEqual(alertmanagerConfigOf(parse(text)).spec);
  });

  test('a critical alert goes to its channel and to PagerDuty, every other one to the channel of warnings', () => {
    const { route, receivers } = inKubernetes?.spec ?? {};
    expect(route).toMatchObject({
      receiver: 'warnings',
      routes: [{ receiver: 'critical', matchers: [{ name: 'severity', matchType: '=', value: 'critical' }] }],
    });
    const channels = receivers?.map(({ name, slackConfigs, pagerdutyConfigs }) => [
      name,
      slackConfigs?.map(({ channel }) => channel),
      pagerdutyConfigs?.length,
    ]);
    expect(channels).toEqual([
      ['critical', ['#freight-critical'], 1],
      ['warnings', ['#freight-warnings'], 0],
    ]);
  });

  test('a field that Kubernetes would not get is refused', () => {
    const muted = text.replace('receiver: warnings\n', 'receiver: warnings\n  mute_time_intervals: [nights]\n');
    expect(() => alertmanagerConfigOf(parse(muted))).toThrow('mute_time_intervals');
  });

  test('an overlay without routes, or with an address that no Secret has, is found', () => {
    expect(findingsWithout('AlertmanagerConfig', 'freight')).toContain(
      'PrometheusRule freight-availability: its alerts are sent to no channel: add an AlertmanagerConfig.',
    );
    expect(findingsWith('AlertmanagerConfig', 'freight', '"key":"slack-url"', '"key":"slack"')).toContain(
      'AlertmanagerConfig freight: the Secret alert-channels has no key slack',
    );
  });
});
