import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from '../topology/programs.ts';

const bridge = 'nodes';
const networkOf = (number: number): string => `10.77.0.${number}`;
/** Addresses of the drill itself, such as those of lines between machines. */
export const drillAddress = (number: number): string => `10.77.255.${number}`;

/** Connects the machines of a drill with each other and with the topology. The bridge ends with the network namespace of the drill. */
export function createBridge(): void {
  ip('link', 'add', bridge, 'type', 'bridge');
  ip('address', 'add', `${networkOf(1)}/16`, 'dev', bridge);
  ip('link', 'set', bridge, 'up');
  ip(...allAddressesOf(drillAddress(0)));
}

/** Makes every address of a network one of this machine. */
const allAddressesOf = (network: string): readonly string[] => ['route', 'add', 'local', `${network}/24`, 'dev', 'lo'];

/** Stands for a machine: a network namespace with an address of its own, and a hosts file. All processes in it can be killed or frozen at once. */
export class Machine {
  readonly address: string;
  readonly #number: number;
  readonly #link: string;
  readonly #holder: ChildProcess;
  /** What `nsenter` needs to run a program here. */
  readonly #namespaces: readonly string[];

  private constructor(number: number, holder: ChildProcess) {
    this.address = networkOf(10 + number);
    this.#number = number;
    this.#link = `node-${number}`;
    this.#holder = holder;
    this.#namespaces = ['net', 'mnt'].map(
      (kind) => `--${kind === 'mnt' ? 'mount' : kind}=/proc/${holder.pid}/ns/${kind}`,
    );
  }

  /** @param number unique among the machines of a drill, from 1 to 99 */
  static async create(number: number): Promise<Machine> {
    // The namespace exists while a process is in it.
    const holder = spawn('unshare', ['--net', '--mount', 'sleep', 'infinity'], { stdio: 'ignore' });
    const machine = new Machine(number, holder);
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
      ['address', 'add', `${this.address}/16`, 'dev', 'eth0'],
      ['link', 'set', 'eth0', 'up'],
      allAddressesOf(this.serviceAddress(0)),
    ])
      this.#run('ip', ...args);
  }

  #run(file: string, ...args: readonly string[]): void {
    execFileSync('nsenter', [...this.#namespaces, file, ...args]);
  }

  /** An address for a service of this machine, so that two services can have the same port. */
  serviceAddress(number: number): string {
    return `10.77.${10 + this.#number}.${number}`;
  }

  /** Makes names known to the programs that start here from now on. @param file stays in place */
  useHosts(file: string): void {
    // The file of the drill itself was deleted after its mount, and nothing can be mounted on a deleted file.
    this.#run('umount', '/etc/hosts');
    this.#run('mount', '--bind', file, '/etc/hosts');
  }

  /** The same program on this machine. */
  here<P extends Pick<Program, 'file' | 'args' | 'isUnprivileged'>>(program: P): P {
    const user = program.isUnprivileged ? ['unshare', '--user'] : [];
    return {
      ...program,
      isUnprivileged: false,
      file: 'nsenter',
      args: [...this.#namespaces, ...user, program.file, ...program.args],
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
