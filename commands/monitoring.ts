import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { folders, monitoringFiles } from './monitoring/files.ts';
import { sendTestAlert } from './monitoring/test-alert.ts';

/** `npm run monitoring` writes rules, their tests and dashboards. With `--check` it only checks that the files are current. */
const command = {
  call: 'npm run monitoring --',
  does: 'Writes monitoring/prometheus/rules, monitoring/prometheus/tests and monitoring/grafana/dashboards from commands/monitoring. `test-alert` sends an alert through a running Alertmanager, and its end after it.',
  takes: '[test-alert]',
  options: {
    check: { type: 'boolean', default: false, help: 'writes nothing, fails when a file is stale' },
    alertmanager: { type: 'string', value: 'URL', default: 'http://127.0.0.1:9093', help: 'for test-alert' },
    severity: { type: 'string', value: 'SEVERITY', default: 'warning', help: 'for test-alert: warning or critical' },
  },
} as const;

const root = join(import.meta.dirname, '..');

/** Files that lie in the folders now. */
function presentFiles(): readonly string[] {
  return folders.flatMap((folder) => {
    try {
      return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
    } catch {
      return [];
    }
  });
}

function write(files: ReadonlyMap<string, string>): void {
  for (const path of presentFiles()) if (!files.has(path)) rmSync(join(root, path));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  console.log(`${files.size} files of monitoring/ are written.`);
}

/** @throws ConfigurationError */
function requireCurrent(files: ReadonlyMap<string, string>): void {
  const present = new Set(presentFiles());
  const stale = [...files].filter(
    ([path, text]) => !present.has(path) || readFileSync(join(root, path), 'utf8') !== text,
  );
  const wrong = [...stale.map(([path]) => path), ...[...present].filter((path) => !files.has(path))];
  if (wrong.length === 0) return;
  throw new ConfigurationError(`Stale: ${wrong.join(', ')}. Run \`npm run monitoring\` and commit the files.`);
}

try {
  const { values, positionals } = readCommandLine(command);
  const [action, ...more] = positionals;
  if (more.length > 0 || (action !== undefined && action !== 'test-alert'))
    throw needs('npm run monitoring', 'test-alert or nothing', positionals.join(' '));
  if (action === 'test-alert') await sendTestAlert(values.alertmanager, values.severity);
  else if (values.check) requireCurrent(monitoringFiles(root));
  else write(monitoringFiles(root));
} catch (error) {
  exitWith(error);
}
