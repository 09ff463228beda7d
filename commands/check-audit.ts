import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { readAudit } from './check-audit/read-audit.ts';

/** Lists dependencies with known vulnerabilities. Fails from the severity "high", not when the registry gives no advisories. */
try {
  readCommandLine({
    call: 'npm run check:audit --',
    does: 'Asks the npm registry for known vulnerabilities of the dependencies.',
    options: {},
  });
  const { stdout } = spawnSync('npm', ['audit', '--json', '--fetch-retries=0', '--fetch-timeout=20000'], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const audit = readAudit(stdout);
  if (audit.kind === 'unknown') console.log(`Audit: the registry gives no advisories (${audit.reason}).`);
  else if (audit.isGrave) throw new ConfigurationError(`Audit:\n${audit.packages.join('\n')}`);
  else console.log(['Audit: no advisory of the severity "high" or "critical".', ...audit.packages].join('\n'));
} catch (error) {
  exitWith(error);
}
