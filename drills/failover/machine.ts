import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from '../topology/programs.ts';

const bridge = 'nodes';
const networkOf = (number: number): string => `10.77.0.${number}`;

/** Connects the machines of a drill with each other and with the topology. The bridge ends with the network namespace of the drill. */
export function createBridge(): void {
  ip('link', 'add', bridge, 'type', 'bridge');
  ip('address', 'add', `${networkOf(1)}/24`, 'dev', bridge);
  ip('link', 'set', bridge, 'up');
}

/** Stands for a machine: a network namespace with an address of its own. All processes in it can be killed or frozen at once. */
export class Machine {
  readonly address: string;
  readonly #link: string;
  readonly #holder: ChildProcess;
  readonly #namespace: string;

  private constructor(address: string, link: string, holder: ChildProcess) {
    this.address = address;
    this.#link = link;
    this.#holder = holder;
    this.#namespace = `/proc/${holder.pid}/ns/net`;
  }

  /** @param number unique among the machines of a drill, from 1 to 99 */
  static async create(number: number): Promise<Machine> {
    // The namespace exists while a process is in it.
    const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    const machine = new Machine(networkOf(10 + number), `node-${number}`, holder);
    await machine.#begin();
    return machine;
  }

  async #begin(): Promise<void> {
    const here = readlinkSync('/proc/self/ns/net');
    while (namespaceOf(`${this.#holder.pid}`) === here) await delay(5);
    ip('link', 'add', this.#link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${this.#holder.pid}`);
    ip('link', 'set', this.#link, 'master', bridge);
    ip('link', 'set', this.#link, 'up');
    for (const args of [
      ['link', 'set', 'lo', 'up'],
      ['address', 'add', `${this.address}/24`, 'dev', 'eth0'],
      ['link', 'set', 'eth0', 'up'],
    ])
      execFileSync('nsenter', [`--net=${this.#namespace}`, 'ip', ...args]);
  }

  /** The same program on this machine. */
  here(program: Program): Program {
    const user = program.isUnprivileged ? ['unshare', '--user'] : [];
    return {
      ...program,
      isUnprivileged: false,
      file: 'nsenter',
      args: [`--net=${this.#namespace}`, ...user, program.file, ...program.args],
    };
  }

  /** Unplugs the network cable: packets of both directions are lost, and no connection is closed. */
  cut(): void {
    ip('link', 'set', this.#link, 'down');
  }

  connect(): void {
    ip('link', 'set', this.#link, 'up');
  }

  /**
   * Sends a signal to the processes of this machine, until it has no others, so that none escapes while it starts.
   * @param isMeant by the name of the program
   */
  signal(name: NodeJS.Signals, isMeant: (program: string) => boolean = () => true): void {
    const signalled = new Set<number>();
    for (let found = this.#processes(); found.length > 0; found = this.#processes(signalled))
      for (const pid of found) {
        signalled.add(pid);
        if (isMeant(programOf(pid))) send(pid, name);
      }
  }

  #processes(except: ReadonlySet<number> = new Set()): readonly number[] {
    const own = namespaceOf(`${this.#holder.pid}`);
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && namespaceOf(name) === own)
      .map(Number)
      .filter((pid) => pid !== this.#holder.pid && !except.has(pid));
  }

  /** Ends the machine with everything that runs on it. */
  end(): void {
    this.signal('SIGKILL');
    this.#holder.kill('SIGKILL');
  }
}

const ip = (...args: readonly string[]): Buffer => execFileSync('ip', args);

const namespaceOf = (pid: string): string | undefined => readLink(`/proc/${pid}/ns/net`);
const programOf = (pid: number): string => readLink(`/proc/${pid}/exe`)?.split('/').at(-1) ?? '';

/** @returns undefined for a process that has ended */
function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended.
  }
}
