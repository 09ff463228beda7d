import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answers } from './health.ts';
import type { Program } from './programs.ts';

const execute = promisify(execFile);
const pollMs = 100;
const restartMs = 500;
const stopMs = 40_000;
const shownLines = 20;

export interface RunningOptions {
  /** File for everything that the service prints. */
  readonly logFile: string;
  /** True for a service that is started again when it ends. */
  readonly restarts: boolean;
}

/** A service of the topology: its process, started again when it ends as Docker does, unless it is stopped here. */
export class RunningService implements AsyncDisposable {
  readonly name: string;
  #program: Program;
  readonly #options: RunningOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #wanted = true;
  #exit: Promise<number>;

  constructor(name: string, program: Program, options: RunningOptions) {
    this.name = name;
    this.#program = program;
    this.#options = options;
    this.#log = createWriteStream(options.logFile, { flags: 'a' });
    this.#exit = this.#spawn();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves with the exit code of the current process. */
  get exit(): Promise<number> {
    return this.#exit;
  }

  get environment(): NodeJS.ProcessEnv {
    const { PATH, HOME } = process.env;
    return { PATH, HOME, ...this.#program.environment };
  }

  /** Runs a program as this service does, as `docker compose exec` would. @returns what it prints */
  async run(file: string, args: readonly string[]): Promise<string> {
    const [command, rest] = this.#commandOf(file, args);
    try {
      const { stdout } = await execute(command, rest, { env: this.environment, maxBuffer: 64 * 1_048_576 });
      return stdout;
    } catch (error) {
      // Some programs print their faults to the standard output.
      if (error instanceof Error && 'stdout' in error) error.message += `\n${error.stdout}`;
      throw error;
    }
  }

  #commandOf(file: string, args: readonly string[]): [string, readonly string[]] {
    return this.#program.isUnprivileged ? ['unshare', ['--user', file, ...args]] : [file, args];
  }

  #spawn(): Promise<number> {
    const [command, rest] = this.#commandOf(this.#program.file, this.#program.args);
    const child = spawn(command, rest, { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.pipe(this.#log, { end: false });
    const exit = once(child, 'exit').then(([code]) => Number(code ?? -1));
    void exit.then(async () => {
      if (!this.#wanted || !this.#options.restarts) return;
      await delay(restartMs);
      if (this.#wanted) this.#exit = this.#spawn();
    });
    return exit;
  }

  /** Sends a signal, such as SIGKILL or SIGSTOP, to the process. */
  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** The last lines that the service has printed. */
  get lastLines(): string {
    return readFileSync(this.#options.logFile, 'utf8').trimEnd().split('\n').slice(-shownLines).join('\n');
  }

  /** @throws Error if the service is not healthy in time, with the last lines of its log */
  async healthy(timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (!(await this.isHealthy())) {
      if (Date.now() > until)
        throw new Error(`${this.name} is not healthy after ${timeoutMs / 1000} s. It printed:\n${this.lastLines}`);
      await delay(pollMs);
    }
  }

  async isHealthy(): Promise<boolean> {
    const { health } = this.#program;
    return health.kind === 'exit' ? this.#child?.exitCode === 0 : answers(health, this.environment);
  }

  /** Stops the process and does not start it again; kills it if it takes too long. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await gone;
    clearTimeout(timer);
  }

  start(): void {
    this.#wanted = true;
    this.#exit = this.#spawn();
  }

  /** Stops the process in order, and starts it with changed variables. */
  async restart(variables: NodeJS.ProcessEnv): Promise<void> {
    await this.stop();
    this.#program = { ...this.#program, environment: { ...this.#program.environment, ...variables } };
    this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    // Programs that the process has started may still hold its output open.
    for (const stream of [this.#child?.stdout, this.#child?.stderr]) stream?.destroy();
    this.#log.end();
  }
}
