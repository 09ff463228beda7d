import type {
  IAlertmanagerConfig,
  IMatcher,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1';
import { z } from 'zod';

/** The Secret with the addresses of the channels. Its keys are named as the files in ALERT_SECRETS of docker-compose.yml. */
export const channelsSecret = 'alert-channels';
const folder = '/etc/alertmanager/secrets';

const matcher = z.string().transform((text, context): IMatcher => {
  const [, name, matchType, value] = /^(\w+)(=|!=|=~|!~)"(.*)"$/.exec(text) ?? [];
  if (name !== undefined && (matchType === '=' || matchType === '!=' || matchType === '=~' || matchType === '!~'))
    return { name, matchType, value: value ?? '' };
  context.addIssue(`use a matcher such as severity="critical" instead of ${text}`);
  return z.NEVER;
});

const slack = z.strictObject({ channel: z.string(), send_resolved: z.boolean(), title: z.string(), text: z.string() });

const pagerduty = z.strictObject({
  routing_key_file: z.literal(`${folder}/pagerduty-key`),
  severity: z.string(),
  description: z.string(),
});

/** monitoring/alertmanager/alertmanager.yml. Every field is named here, so that none of them is lost on its way to Kubernetes. */
const configuration = z.strictObject({
  // The operator has no field for it; 5m is also what Alertmanager takes without it.
  global: z.strictObject({ resolve_timeout: z.literal('5m'), slack_api_url_file: z.literal(`${folder}/slack-url`) }),
  templates: z.tuple([]),
  route: z.strictObject({
    receiver: z.string(),
    group_by: z.array(z.string()),
    group_wait: z.string(),
    group_interval: z.string(),
    repeat_interval: z.string(),
    routes: z.array(
      z.strictObject({
        receiver: z.string(),
        matchers: z.array(matcher),
        group_wait: z.string(),
        repeat_interval: z.string(),
      }),
    ),
  }),
  inhibit_rules: z.array(
    z.strictObject({
      source_matchers: z.array(matcher),
      target_matchers: z.array(matcher),
      equal: z.array(z.string()),
    }),
  ),
  receivers: z.array(
    z.strictObject({
      name: z.string(),
      slack_configs: z.array(slack).default([]),
      pagerduty_configs: z.array(pagerduty).default([]),
    }),
  ),
});

/** The routes and receivers of Alertmanager as an object of the operator of Prometheus. @param data the parsed file of compose */
export function alertmanagerConfigOf(data: unknown): IAlertmanagerConfig {
  const { route, inhibit_rules, receivers } = configuration.parse(data);
  return {
    apiVersion: 'monitoring.coreos.com/v1alpha1',
    kind: 'AlertmanagerConfig',
    metadata: { name: 'freight', namespace: 'freight', labels: { 'app.kubernetes.io/part-of': 'freight' } },
    spec: {
      route: {
        receiver: route.receiver,
        groupBy: route.group_by,
        groupWait: route.group_wait,
        groupInterval: route.group_interval,
        repeatInterval: route.repeat_interval,
        routes: route.routes.map(({ receiver, matchers, group_wait, repeat_interval }) => ({
          receiver,
          matchers,
          groupWait: group_wait,
          repeatInterval: repeat_interval,
        })),
      },
      inhibitRules: inhibit_rules.map(({ source_matchers, target_matchers, equal }) => ({
        sourceMatch: source_matchers,
        targetMatch: target_matchers,
        equal,
      })),
      receivers: receivers.map(({ name, slack_configs, pagerduty_configs }) => ({
        name,
        slackConfigs: slack_configs.map(({ send_resolved, ...rest }) => ({
          apiURL: { name: channelsSecret, key: 'slack-url' },
          sendResolved: send_resolved,
          ...rest,
        })),
        pagerdutyConfigs: pagerduty_configs.map(({ severity, description }) => ({
          routingKey: { name: channelsSecret, key: 'pagerduty-key' },
          severity,
          description,
        })),
      })),
    },
  };
}
