import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '../..');

/** A process of the product with these settings and no others of ours. */
export interface ProductProcess extends AsyncDisposable {
  readonly pid: number;
  /** Lines printed so far, errors among them. */
  readonly lines: readonly string[];
  readonly exitCode: Promise<number | null>;
  /** Resolves with the first line that contains this text. @throws when the process ends before */
  line(text: string): Promise<string>;
}

/** @param cwd the project, or a copy of it */
export function startProcess(args: readonly string[], settings: NodeJS.ProcessEnv, cwd = root): ProductProcess {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn('node', ['--no-warnings', ...args], {
    cwd,
    env: { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE: 'node_modules/.cache/node', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const ended = new AbortController();
  const changed = new EventTarget();
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      changed.dispatchEvent(new Event('line'));
    });
  const exitCode = once(child, 'close').then(([code]) => {
    ended.abort();
    return code;
  });
  return {
    pid: child.pid ?? 0,
    lines,
    exitCode,
    async line(text) {
      for (;;) {
        const found = lines.find((line) => line.includes(text));
        if (found !== undefined) return found;
        if (ended.signal.aborted) throw new Error(`"${text}" was not printed, but:\n${lines.join('\n')}`);
        await once(changed, 'line', { signal: ended.signal }).catch(() => undefined);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exitCode;
    },
  };
}
