import { needs } from '#shared/runtime/config.ts';
import { askGiven } from '#shared/runtime/given-url.ts';

/** How long the test alert fires. Alertmanager waits up to 15 s before it notifies. */
const firesMs = 60_000;

/**
 * Sends an alert to Alertmanager as Prometheus would, so that operators see whether the channels of its severity work. It ends by itself after a minute.
 * @throws ConfigurationError
 */
export async function sendTestAlert(alertmanager: string, severity: string): Promise<void> {
  if (severity !== 'warning' && severity !== 'critical') throw needs('--severity', 'warning or critical', severity);
  const now = Date.now();
  const alert = {
    labels: { alertname: 'TestAlert', severity, service: 'monitoring' },
    annotations: {
      summary: 'This is a test of the alert channels. Nothing is wrong.',
      runbook: 'docs/runbooks/test-alert.md',
    },
    startsAt: new Date(now).toISOString(),
    endsAt: new Date(now + firesMs).toISOString(),
  };
  await askGiven(
    { option: '--alertmanager', address: alertmanager },
    {
      path: '/api/v2/alerts',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([alert]),
      timeoutMs: 10_000,
    },
  );
  console.log(
    `A test alert (${severity}) was sent to ${alertmanager}. Its notification arrives within a minute, and its end a minute later.`,
  );
}
