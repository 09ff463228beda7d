import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DrillSite } from '../drill.ts';
import { drillAddress, Machine } from '../failover/machine.ts';
import { trustCertificate } from '../operator.ts';
import { hostsFile } from '../topology/places.ts';
import { Topology } from '../topology/topology.ts';
import { type RegionName, regionNames, wayBetween, wayFromClients } from './distances.ts';
import { type DistantLine, openDistantLine } from './distant-line.ts';
import { RegionDatabase } from './region-database.ts';

const [primary, ...others] = regionNames;
/** Clients of the drill read and write shipments: the processes of other subgraphs would only take memory. */
const unused = ['gateway-2', 'fleet', 'tracking', 'pricing', 'risk', 'analytics'];
const databases = ['postgres', 'postgres-standby'];
const edgePort = 8443;
const databasePort = 5432;

/** A line, and the regions that it connects. */
interface Connection {
  readonly line: DistantLine;
  readonly ends: readonly RegionName[];
}

/** A region: a machine with an edge, a gateway, subgraphs, Redis and a database. */
interface Region {
  readonly machine: Machine;
  readonly database: RegionDatabase;
  /** What the name of the primary leads to. Undefined for the primary region, which has it beside itself. */
  readonly toPrimary: DistantLine | undefined;
  /** Where lines from this region begin. */
  readonly exit: string;
}

/** Three regions with one primary. What passes between regions, or between clients and a region, takes its time. */
export class Regions implements AsyncDisposable {
  readonly #opened = new AsyncDisposableStack();
  readonly #regions = new Map<RegionName, Region>();
  readonly #topologies = new Map<RegionName, Topology>();
  readonly #connections: Connection[] = [];
  readonly #urls = new Map<string, string>();
  readonly #site: DrillSite;
  readonly #data: string;

  private constructor(site: DrillSite, data: string) {
    this.#site = site;
    this.#data = data;
  }

  /** Resolves when every region serves. @param firstMachine number of a machine that is free, with the two after it */
  static async start(site: DrillSite, firstMachine: number): Promise<Regions> {
    // A short name: HAProxy refuses a socket whose path has more than 97 characters.
    const regions = new Regions(site, join(site.data, String(firstMachine)));
    try {
      await regions.#start(firstMachine);
      return regions;
    } catch (error) {
      await regions[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #start(firstMachine: number): Promise<void> {
    for (const [index, name] of regionNames.entries()) await this.#create(name, firstMachine + index);
    await this.databaseOf(primary).start();
    await everyOne([this.#serve(primary), ...others.map((name) => this.#follow(name, primary))]);
    await everyOne(others.map((name) => this.#serve(name)));
  }

  async #create(name: RegionName, number: number): Promise<void> {
    const machine = await Machine.create(number);
    this.#opened.defer(() => machine.end());
    const database = this.#opened.use(new RegionDatabase(name, machine, this.#site, join(this.#data, name)));
    const exit = drillAddress(number);
    const toPrimary = name === primary ? undefined : await this.#connectToDatabase(name, primary, exit, databasePort);
    this.#regions.set(name, { machine, database, toPrimary, exit });
  }

  async #connectToDatabase(from: RegionName, to: RegionName, at: string, port: number): Promise<DistantLine> {
    return this.#connect([from, to], await openDistantLine(at, port, this.#endAt(to, from)));
  }

  #endAt(to: RegionName, from: RegionName) {
    return { host: this.#of(to).machine.address, port: databasePort, delayMs: wayBetween(from, to) };
  }

  #connect(ends: readonly RegionName[], line: DistantLine): DistantLine {
    this.#connections.push({ line: this.#opened.use(line), ends });
    return line;
  }

  /** How the standby of a region reaches the database of another one. */
  async conninfo(from: RegionName, to: RegionName): Promise<string> {
    const at = drillAddress(1);
    const { port } = await this.#connectToDatabase(from, to, at, 0);
    return this.databaseOf(from).conninfo(at, port);
  }

  async #follow(name: RegionName, leader: RegionName): Promise<void> {
    await this.databaseOf(name).start(await this.conninfo(name, leader));
  }

  async #serve(name: RegionName): Promise<void> {
    const { machine, toPrimary } = this.#of(name);
    const data = join(this.#data, name);
    const topology = await Topology.start({
      project: this.#site.project,
      app: this.#site.project,
      data,
      environment: { ...this.#site.environment, SERVER_NAME: 'localhost' },
      only: ['proxy'],
      without: [...databases, ...unused, ...(toPrimary ? ['migrate'] : [])],
      elsewhere: { postgres: toPrimary?.address ?? machine.address, 'postgres-standby': machine.address },
      machine,
    });
    this.#topologies.set(name, this.#opened.use(topology));
    trustCertificate({ data });
    for (const near of regionNames) {
      const end = { host: machine.address, port: edgePort, delayMs: wayFromClients(near, name) };
      const line = this.#connect([name], await openDistantLine('127.0.0.1', 0, end));
      this.#urls.set(`${near} ${name}`, `https://localhost:${line.port}`);
    }
    this.#site.say(`${name} serves.`);
  }

  #of(name: RegionName): Region {
    const found = this.#regions.get(name);
    if (!found) throw new Error(`The region ${name} does not exist.`);
    return found;
  }

  databaseOf(name: RegionName): RegionDatabase {
    return this.#of(name).database;
  }

  /** @throws Error for a region that does not serve yet */
  topologyOf(name: RegionName): Topology {
    const found = this.#topologies.get(name);
    if (!found) throw new Error(`The region ${name} does not serve.`);
    return found;
  }

  /** The graph of a region, for clients beside another one. */
  graphFrom(near: RegionName, name: RegionName): string {
    return `${this.#urls.get(`${near} ${name}`)}/graphql`;
  }

  /** Where health checks ask a region. */
  healthOf(name: RegionName): string {
    return `${this.#urls.get(`${name} ${name}`)}/health`;
  }

  /** Cuts a region off from the others and from all clients, with what is on its way. */
  cut(name: RegionName): void {
    this.#of(name).machine.cut();
    for (const { line, ends } of this.#connections) if (ends.includes(name)) line.cut();
  }

  /** The network of the machine is whole again. Clients and other regions are not led there. */
  connect(name: RegionName): void {
    this.#of(name).machine.connect();
  }

  /** Changes the name of the primary in the regions that have it elsewhere. */
  leadToPrimary(name: RegionName): void {
    for (const from of others) this.#of(from).toPrimary?.lead(this.#endAt(name, from));
  }

  /** The former primary region follows another one, and finds the primary there by its name, as the others do. */
  async rejoin(name: RegionName, leader: RegionName): Promise<void> {
    const { database, exit } = this.#of(name);
    await database.follow(await this.conninfo(name, leader));
    await this.#connectToDatabase(name, leader, exit, databasePort);
    const { addresses } = this.topologyOf(name);
    writeFileSync(join(this.#data, name, 'hosts'), hostsFile(new Map([...addresses, ['postgres', exit]])));
  }

  /** Clients and health checks reach a region again. */
  mend(name: RegionName): void {
    for (const { line, ends } of this.#connections) if (ends.every((end) => end === name)) line.mend();
  }

  /** The regions stop at the same time: each takes some seconds to end its requests and jobs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#topologies.values()].map((topology) => topology[Symbol.asyncDispose]()));
    await this.#opened.disposeAsync();
  }
}

/** Waits for all of them also if one fails, so that nothing starts after the regions were stopped. @throws the first error */
async function everyOne(starting: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(starting);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
