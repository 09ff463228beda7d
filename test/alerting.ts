import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse, stringify } from 'yaml';
import { freePort } from '#shared/runtime/ports.ts';
import { until } from './graph/until.ts';

const monitoring = join(import.meta.dirname, '../monitoring');

/** A message that Alertmanager sent, by the path of the channel: slack, pagerduty, webhook. */
export interface Message {
  readonly channel: string;
  readonly at: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape
  readonly body: any;
}

/** Prometheus and Alertmanager with the files of this project, and a server in the place of Slack and PagerDuty. */
export interface Alerting extends AsyncDisposable {
  readonly alertmanagerUrl: string;
  readonly messages: readonly Message[];
  /** Resolves with the first message that fits. */
  message(fits: (message: Message) => boolean): Promise<Message>;
  /** Resolves when Prometheus has read the gateway once. */
  scraped(): Promise<void>;
}

/** @param target host and port that serve the metrics of a gateway */
export async function startAlerting(target: string): Promise<Alerting> {
  const folder = mkdtempSync(join(tmpdir(), 'freight-alerting-'));
  await using started = new AsyncDisposableStack();
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  const messages: Message[] = [];
  const channels = await serveChannels(messages);
  started.defer(async () => {
    channels.closeAllConnections();
    channels.close();
    await once(channels, 'close');
  });
  const channelsUrl = `http://127.0.0.1:${(channels.address() as AddressInfo).port}`;
  const [alertmanagerPort, prometheusPort] = [await freePort(), await freePort()];
  const alertmanagerUrl = `http://127.0.0.1:${alertmanagerPort}`;
  const prometheusUrl = `http://127.0.0.1:${prometheusPort}`;

  started.use(
    start('prometheus-alertmanager', [
      `--config.file=${writeAlertmanager(folder, channelsUrl)}`,
      `--storage.path=${folder}/alertmanager`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
    ]),
  );
  started.use(
    start('prometheus', [
      `--config.file=${writePrometheus(folder, target, alertmanagerPort)}`,
      `--storage.tsdb.path=${folder}/prometheus`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
    ]),
  );
  const answers = async (url: string) => (await fetch(url).catch(() => undefined))?.ok === true;
  for (const url of [alertmanagerUrl, prometheusUrl]) await until(() => answers(`${url}/-/ready`), Boolean);
  const running = started.move();
  return {
    alertmanagerUrl,
    messages,
    async message(fits) {
      const found = await until(async () => messages.find(fits), Boolean);
      if (!found) throw new Error('unreachable');
      return found;
    },
    async scraped() {
      const query = new URLSearchParams({ query: 'gateway_request_outcomes_total{outcome="failed"}' });
      const read = async () => (await fetch(`${prometheusUrl}/api/v1/query?${query}`)).text();
      await until(read, (body) => body.includes('"value"'));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Alertmanager's file with short intervals, its channels on this machine, and a webhook beside them. */
function writeAlertmanager(folder: string, channelsUrl: string): string {
  const file = readFileSync(join(monitoring, 'alertmanager/alertmanager.yml'), 'utf8').replaceAll(
    '/etc/alertmanager/secrets',
    folder,
  );
  writeFileSync(join(folder, 'slack-url'), `${channelsUrl}/slack`);
  writeFileSync(join(folder, 'pagerduty-key'), 'routing-key');
  const config = parse(file);
  config.global.pagerduty_url = `${channelsUrl}/pagerduty`;
  for (const route of [config.route, ...config.route.routes]) route.group_interval = '5s';
  const [critical] = config.receivers;
  critical.webhook_configs = [{ url: `${channelsUrl}/webhook` }];
  const path = join(folder, 'alertmanager.yml');
  writeFileSync(path, stringify(config));
  return path;
}

/** Prometheus' file with intervals of a second, one gateway, and the rules of the objective. */
function writePrometheus(folder: string, target: string, alertmanagerPort: number): string {
  const config = parse(readFileSync(join(monitoring, 'prometheus/prometheus.yml'), 'utf8'));
  config.global = { scrape_interval: '1s', evaluation_interval: '1s' };
  config.rule_files = [join(monitoring, 'prometheus/rules/availability.yml')];
  config.alerting.alertmanagers[0].static_configs[0].targets = [`127.0.0.1:${alertmanagerPort}`];
  config.scrape_configs = [{ job_name: 'gateway', static_configs: [{ targets: [target] }] }];
  const path = join(folder, 'prometheus.yml');
  writeFileSync(path, stringify(config));
  return path;
}

async function serveChannels(messages: Message[]): Promise<Server> {
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    messages.push({ channel: (request.url ?? '').slice(1), at: performance.now(), body });
    const isPagerduty = request.url === '/pagerduty';
    response.writeHead(isPagerduty ? 202 : 200).end(isPagerduty ? '{"status":"success"}' : 'ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function start(file: string, args: readonly string[]): AsyncDisposable {
  const child = spawn(file, args, { stdio: 'ignore' });
  return {
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      if (child.kill()) await exited;
    },
  };
}
