import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ComposeFile, type Condition, readComposeFile } from './compose-file.ts';
import { requirePrograms } from './debian.ts';
import { nextName, standingSet, withNextSet } from './next-set.ts';
import { assignAddresses, hostsFile, type Places } from './places.ts';
import { type Program, programOf } from './programs.ts';
import { RunningService } from './running-service.ts';

const healthyMs = 120_000;

/** Programs that stand for services of the file, by the name of the service, given its address. */
export type StandIns = Readonly<Record<string, (address: string) => Program>>;

export interface TopologyOptions {
  readonly project: string;
  readonly app: string;
  readonly data: string;
  /** Variables of docker-compose.yml. */
  readonly environment: NodeJS.ProcessEnv;
  /** Services that run; their dependencies too. Default: all that have a counterpart on this machine. */
  readonly only?: readonly string[];
  readonly instead?: StandIns;
  /** Services that do not run, although others depend on them. */
  readonly without?: readonly string[];
  /** Addresses of services that run elsewhere. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** A machine of its own for all services. Default: loopback of this one. */
  readonly machine?: TopologyMachine;
  readonly say?: (line: string) => void;
}

/** Where a topology runs besides others. */
export interface TopologyMachine {
  serviceAddress(number: number): string;
  useHosts(file: string): void;
  here<P extends Command>(program: P): P;
}

type Command = Pick<Program, 'file' | 'args' | 'isUnprivileged'>;

/** docker-compose.yml as processes of this machine, each on a loopback address of its own. */
export class Topology implements AsyncDisposable {
  readonly services = new Map<string, RunningService>();
  /** Services without a counterpart on this machine, such as Grafana. */
  readonly absent: string[] = [];
  readonly addresses: ReadonlyMap<string, string>;
  readonly #file: ComposeFile;
  readonly #places: Places;
  readonly #starting = new Map<string, Promise<void>>();
  readonly #instead: StandIns;
  readonly #without: ReadonlySet<string>;
  readonly #machine: TopologyMachine | undefined;
  readonly #say: (line: string) => void;

  private constructor(options: TopologyOptions) {
    const { project, app, data, environment, machine } = options;
    const { instead = {}, without = [], elsewhere = {}, say = () => undefined } = options;
    // The collector has no counterpart on this machine.
    const variables = { OTEL_SDK_DISABLED: String(!('collector' in instead)), ...environment };
    this.#file = withNextSet(readComposeFile(join(project, 'docker-compose.yml'), variables));
    const addresses = assignAddresses(this.#file, machine?.serviceAddress.bind(machine));
    this.addresses = new Map([...addresses, ...Object.entries(elsewhere)]);
    this.#places = { app, project, data, addresses: this.addresses };
    this.#instead = instead;
    this.#without = new Set(without);
    this.#machine = machine;
    this.#say = say;
    mkdirSync(join(data, 'services'), { recursive: true });
    if (!machine) return;
    const hosts = join(data, 'hosts');
    writeFileSync(hosts, hostsFile(this.addresses));
    machine.useHosts(hosts);
  }

  /** Starts the services in the order of their conditions. @throws Error if one does not become healthy; everything is stopped then */
  static async start(options: TopologyOptions): Promise<Topology> {
    requirePrograms();
    const topology = new Topology(options);
    try {
      const wanted = options.only ?? topology.#inDefaultProfile();
      await Promise.all(wanted.map((name) => topology.#startOnce(name)));
      return topology;
    } catch (error) {
      await topology[Symbol.asyncDispose]();
      throw error;
    }
  }

  #inDefaultProfile(): readonly string[] {
    const { services } = this.#file;
    return Object.keys(services).filter((name) => services[name]?.profiles.length === 0);
  }

  #startOnce(name: string): Promise<void> {
    const starting = this.#starting.get(name) ?? this.#startUnlessLeftOut(name);
    this.#starting.set(name, starting);
    return starting;
  }

  async #startUnlessLeftOut(name: string): Promise<void> {
    if (this.#without.has(name)) this.absent.push(name);
    else await this.#start(name);
  }

  async #start(name: string, places: Places = this.#places): Promise<void> {
    const service = this.#file.services[name];
    if (!service) throw new Error(`docker-compose.yml has no service "${name}".`);
    const waits = Object.entries(service.depends_on);
    await Promise.all(waits.map(([other, { condition }]) => this.#startUntil(other, condition)));
    const standIn = this.#instead[name];
    const program = standIn ? standIn(this.addresses.get(name) ?? '') : programOf(name, service, places);
    if (!program) {
      this.absent.push(name);
      return;
    }
    const logFile = join(this.#places.data, 'services', `${name}.log`);
    const running = new RunningService(name, this.here(program), { logFile, restarts: service.restart !== 'no' });
    this.services.set(name, running);
    if (program.health.kind === 'exit') await this.#requireSuccess(running);
    else await running.healthy(healthyMs);
    this.#say(`${name} ${this.addresses.get(name)}`);
  }

  /** A program as it runs beside the services. */
  here<P extends Command>(program: P): P {
    return this.#machine?.here(program) ?? program;
  }

  async #startUntil(name: string, condition: Condition): Promise<void> {
    await this.#startOnce(name);
    if (condition === 'service_healthy' && !this.absent.includes(name)) await this.of(name).healthy(healthyMs);
  }

  async #requireSuccess(running: RunningService): Promise<void> {
    const code = await running.exit;
    if (code !== 0) throw new Error(`${running.name} exited with ${code}. It printed:\n${running.lastLines}`);
  }

  /** @throws Error for a service that does not run here */
  of(name: string): RunningService {
    const running = this.services.get(name);
    if (!running) throw new Error(`The service "${name}" does not run here.`);
    return running;
  }

  /** The environment of a service, as the compose file gives it, for programs that act in its place. */
  environmentOf(name: string): Readonly<Record<string, string>> {
    const service = this.#file.services[name];
    if (!service) throw new Error(`docker-compose.yml has no service "${name}".`);
    return service.environment;
  }

  /** Folder of a named volume. */
  volume(name: string): string {
    return join(this.#places.data, 'volumes', name);
  }

  /** Runs `migrate` again. @param app folder of the version. @throws Error if it fails */
  async migrate(app: string): Promise<void> {
    await this.#end('migrate');
    await this.#start('migrate', { ...this.#places, app });
  }

  /** Starts the next set beside the standing one. @param app folder of its version */
  async startNext(app: string): Promise<void> {
    const places = { ...this.#places, app };
    for (const names of standingSet(this.#file))
      await Promise.all(names.map((name) => this.#start(nextName(name), places)));
  }

  /** Ends the next set in order: gateways first. */
  async stopNext(): Promise<void> {
    for (const names of standingSet(this.#file).toReversed())
      await Promise.all(names.map((name) => this.#end(nextName(name))));
  }

  /** Restarts the standing set, one process after the other. @param app folder of its version */
  async replace(app: string): Promise<void> {
    for (const name of standingSet(this.#file).flat()) {
      await this.#end(name);
      await this.#start(name, { ...this.#places, app });
    }
  }

  async #end(name: string): Promise<void> {
    await this.services.get(name)?.[Symbol.asyncDispose]();
    this.services.delete(name);
  }

  /** Stops in reverse order of the start: clients of a service stop before it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#starting.values());
    for (const running of [...this.services.values()].reverse()) await running[Symbol.asyncDispose]();
  }
}
