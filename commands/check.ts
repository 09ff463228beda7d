import { spawnSync } from 'node:child_process';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { exitWith } from '#shared/runtime/exit.ts';

/** `npm run check`: all checks that need no running product. */
const parts = ['types', 'style', 'imports', 'unused', 'docs', 'graph', 'documents', 'k8s', 'monitoring'];

try {
  readCommandLine({
    call: 'npm run check --',
    does: `Checks the code without running it, one part after the other: ${parts.map((part) => `check:${part}`).join(', ')}. Stops at the first failure.`,
    options: {},
  });
  for (const part of parts) {
    const { status } = spawnSync('npm', ['run', '--silent', `check:${part}`], { stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
} catch (error) {
  exitWith(error);
}
