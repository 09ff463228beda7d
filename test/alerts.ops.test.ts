import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { json, startTestGateway, type TestGateway } from '../gateway/testing/test-gateway.ts';
import { type Alerting, type Message, startAlerting } from './alerting.ts';

/** The way of an alert: metrics of a gateway, rules in Prometheus, Alertmanager, and what Slack and PagerDuty get. */
const run = promisify(execFile);
const batchSize = 200;
const project = join(import.meta.dirname, '..');
let gateway: TestGateway;
let alerting: Alerting;
beforeAll(async () => {
  gateway = await startTestGateway({ maxBatchSize: batchSize });
  alerting = await startAlerting(new URL(gateway.adminUrl).host);
}, 60_000);
afterAll(async () => {
  await alerting?.[Symbol.asyncDispose]();
  await gateway?.[Symbol.asyncDispose]();
});

const alertsOf = ({ channel, body }: Message): readonly { status: string; labels: Record<string, string> }[] =>
  channel === 'webhook' ? body.alerts : [];
const isBurn = (status: string) => (message: Message) =>
  alertsOf(message).some((alert) => alert.labels['window'] === '1h' && alert.status === status);

test('100 failing requests are reported within 60 s, and so is their end', async () => {
  await alerting.scraped();
  const begunAt = performance.now();
  for (let n = 0; n < 100; n++) await gateway.ask('{ failing }');
  const fired = await alerting.message(isBurn('firing'));
  expect(fired.at - begunAt).toBeLessThan(60_000);
  expect(fired.body).toMatchObject({
    receiver: 'critical',
    status: 'firing',
    groupLabels: { alertname: 'ErrorBudgetBurns', service: 'gateway' },
  });
  expect(fired.body.alerts[0].annotations).toEqual({
    summary: expect.stringMatching(/^\d+(\.\d+)?% of the requests of \d[hd] fail; the objective allows 0\.05 %\.$/),
    runbook: 'docs/runbooks/error-budget-burns.md',
  });
  const slack = await alerting.message(({ channel }) => channel === 'slack');
  expect(slack.body).toEqual({
    channel: '#freight-critical',
    username: 'Alertmanager',
    attachments: [
      {
        title: 'ErrorBudgetBurns (firing)',
        title_link: expect.stringMatching(/^http/),
        text: expect.stringContaining('Runbook: docs/runbooks/error-budget-burns.md'),
        fallback: expect.stringContaining('ErrorBudgetBurns'),
        callback_id: '',
        footer: '',
        color: 'danger',
        mrkdwn_in: ['fallback', 'pretext', 'text'],
      },
    ],
  });
  const page = await alerting.message(({ channel }) => channel === 'pagerduty');
  expect(page.body).toMatchObject({
    routing_key: 'routing-key',
    event_action: 'trigger',
    dedup_key: expect.stringMatching(/^[0-9a-f]{64}$/),
    payload: {
      severity: 'critical',
      source: expect.any(String),
      summary: expect.stringMatching(/^ErrorBudgetBurns: \d.* of the requests of /),
    },
  });

  await succeed(40_000);
  await alerting.message(isBurn('resolved'));
  const end = await alerting.message(({ channel, body }) => channel === 'pagerduty' && body.event_action === 'resolve');
  expect(end.body.dedup_key).toBe(page.body.dedup_key);
}, 180_000);

/** So many requests without an error that the share of failures is below every limit that pages. */
async function succeed(requests: number): Promise<void> {
  const batch = JSON.stringify(Array.from({ length: batchSize }, () => ({ query: '{ __typename }' })));
  const init = { method: 'POST', headers: json, body: batch };
  for (let sent = 0; sent < requests; sent += batchSize) {
    const response = await fetch(`${gateway.url}/graphql`, init);
    expect([response.status, (await response.text()).includes('errors')]).toEqual([200, false]);
  }
}

test.each([
  ['warning', '#freight-warnings', []],
  ['critical', '#freight-critical', ['trigger']],
])('a test alert (%s) arrives in %s', async (severity, channel, pages) => {
  const { stdout } = await run(
    'node',
    ['commands/monitoring.ts', 'test-alert', '--alertmanager', alerting.alertmanagerUrl, '--severity', severity],
    { cwd: project },
  );
  expect(stdout).toContain(`A test alert (${severity}) was sent`);
  const isTest = ({ body }: Message) => JSON.stringify(body).includes('TestAlert');
  const slack = await alerting.message(
    (message) => message.channel === 'slack' && message.body.channel === channel && isTest(message),
  );
  expect(slack.body.attachments[0]).toMatchObject({
    title: 'TestAlert (firing)',
    text: 'This is a test of the alert channels. Nothing is wrong. Runbook: docs/runbooks/test-alert.md\n',
  });
  const paged = alerting.messages.filter((message) => message.channel === 'pagerduty' && isTest(message));
  expect(paged.map(({ body }) => body.event_action)).toEqual(pages);
});

test('the command says when Alertmanager is not there', async () => {
  const call = run('node', ['commands/monitoring.ts', 'test-alert', '--alertmanager', 'http://127.0.0.1:1'], {
    cwd: project,
  });
  await expect(call).rejects.toMatchObject({
    stderr: expect.stringContaining('--alertmanager: http://127.0.0.1:1 does not respond'),
  });
});
