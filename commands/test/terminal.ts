import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '../..');

/** A command that runs in its own terminal, as a person starts it. */
export interface Terminal {
  /** Resolves with the first line that contains this text, as soon as it is printed. @throws when the command ends before */
  line(text: string): Promise<string>;
  /** Types Ctrl-C: the terminal sends SIGINT to every process of the command. */
  interrupt(): void;
  /** Resolves with the exit code of the command. */
  readonly exitCode: Promise<number | null>;
  /** Lines printed so far. */
  readonly lines: readonly string[];
}

/** Runs a shell command in a pseudo-terminal (`script` of util-linux). */
export function openTerminal(command: string, environment: NodeJS.ProcessEnv): Terminal {
  const script = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const output = createInterface(script.stdout).on('line', (line) => lines.push(line));
  return {
    lines,
    async line(text) {
      const ended = new AbortController();
      output.once('close', () => ended.abort());
      for (;;) {
        const found = lines.find((line) => line.includes(text));
        if (found !== undefined) return found;
        await once(output, 'line', { signal: ended.signal }).catch(() => {
          throw new Error(`"${text}" was not printed, but:\n${lines.join('\n')}`);
        });
      }
    },
    interrupt: () => void script.stdin.write('\u0003'),
    exitCode: once(script, 'close').then(([code]) => code),
  };
}
