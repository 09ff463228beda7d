import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const clockTicksPerSecond = 100;

const running = new Set<PinnedProcess>();

// Stops all processes whichever way the benchmark ends. They are in their own groups, so Ctrl-C does not reach them.
process.on('exit', () => {
  for (const one of running) one.kill();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

/** A process pinned to one core, in its own group so that its children are stopped with it. */
export class PinnedProcess {
  readonly child: ChildProcess;
  #log = '';

  constructor(core: number, command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn('taskset', ['-c', String(core), ...command], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    running.add(this);
    this.child.once('exit', () => running.delete(this));
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-4000);
      });
    }
  }

  get log(): string {
    return this.#log;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The first line on stdout. */
  async firstLine(): Promise<string> {
    while (!this.#log.includes('\n')) {
      await Promise.race([once(this.child.stdout!, 'data'), once(this.child, 'exit')]);
      if (this.ended) throw new Error(`the process ended before its first line: ${this.#log}`);
    }
    return this.#log.slice(0, this.#log.indexOf('\n'));
  }

  /** Stops a process while others are measured, so that its timers and garbage collector do not disturb them. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.resume();
    this.#signal('SIGTERM');
    const patience = setTimeout(() => this.#signal('SIGKILL'), 3000);
    await exited;
    clearTimeout(patience);
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.child.pid!, signal);
    } catch {
      // The process has ended already.
    }
  }

  /** Processor time of the process and its descendants, user and system, in milliseconds. */
  cpuMs(): number {
    return sum(this.#family().map((pid) => cpuTicks(pid))) * (1000 / clockTicksPerSecond);
  }

  /** Highest resident memory since the last `resetPeakMemory`, in MB. */
  peakMemoryMb(): number {
    return sum(this.#family().map((pid) => peakKilobytes(pid))) / 1024;
  }

  resetPeakMemory(): void {
    for (const pid of this.#family()) writeFileSync(`/proc/${pid}/clear_refs`, '5');
  }

  #family(): number[] {
    const family = [this.child.pid!];
    for (const parent of family) family.push(...childrenOf(parent));
    return family;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

function cpuTicks(pid: number): number {
  // The second field is the name in brackets and may contain blanks, so fields are counted from the closing bracket.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function peakKilobytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
