/** CPU and memory that one request and one socket took in a measurement. */
export interface Unit {
  /** CPU milliseconds of a request in gateways and subgraphs together. */
  readonly productMs: number;
  readonly postgresMs: number;
  /** Memory of a gateway for one socket with a subscription. */
  readonly socketKilobytes: number;
  /** CPU microseconds of a gateway for one delivered message. */
  readonly messageMicroseconds: number;
  /** Memory of a gateway without sockets. */
  readonly gatewayMegabytes: number;
}

export interface Demand {
  readonly users: number;
  readonly secondsBetweenRequests: number;
  readonly sockets: number;
  readonly messagesPerMinute: number;
}

/** What a region has. */
export interface Site {
  readonly processes: readonly Pods[];
  /** Part of the requested cores that is used before further pods start. */
  readonly utilization: number;
  readonly socketsPerGateway: number;
  /** Above this limit the container of a gateway is killed. */
  readonly gatewayMegabytesMost: number;
  readonly databaseCores: number;
}

export interface Pods {
  readonly name: string;
  /** Cores that a pod requests. */
  readonly cpu: number;
  readonly podsMin: number;
  readonly podsMost: number;
}

/** A figure, and how it comes about. */
export interface Line {
  readonly what: string;
  readonly arithmetic: string;
  readonly figure: number;
  readonly unit: string;
}

interface ProcessNeed {
  readonly name: string;
  readonly pods: number;
  readonly podsMost: number;
  /** Requests per second that the largest number of pods serves, besides the messages. */
  readonly perSecondMost: number;
}

export interface Capacity {
  readonly lines: readonly Line[];
  /** Pods of each process for the demand. */
  readonly pods: readonly ProcessNeed[];
  /** What ends first when requests become more: a process, or the database. */
  readonly bottleneck: string;
  /** False if the demand needs more pods than the largest number, or more cores than the database has. */
  readonly fits: boolean;
}

/** Computes what a demand needs, and what the site can serve at the most. */
export function computeCapacity(unit: Unit, demand: Demand, site: Site): Capacity {
  const { users, secondsBetweenRequests, sockets, messagesPerMinute } = demand;
  const { utilization, processes, databaseCores } = site;
  const perSecond = users / secondsBetweenRequests;
  const requestCores = (perSecond * unit.productMs) / 1_000;
  const messagesPerSecond = (sockets * messagesPerMinute) / 60;
  const messageCores = (messagesPerSecond * unit.messageMicroseconds) / 1_000_000;
  const requested = sum(processes, ({ cpu, podsMin }) => cpu * podsMin);
  const forSockets = gatewaysForSockets(unit, sockets, site);
  const needs = processes.map((one) => {
    // Only gateways have sockets. A load measures all processes together, so its work is spread as the cores are.
    const own = one.name === 'gateway' ? { cores: messageCores, pods: forSockets.pods } : { cores: 0, pods: 0 };
    const share = (one.cpu * one.podsMin) / requested;
    const cores = requestCores * share + own.cores;
    const usable = one.cpu * utilization;
    const pods = Math.max(one.podsMin, Math.ceil(round(cores / usable)), own.pods);
    const spare = Math.max(0, one.podsMost * usable - own.cores);
    const perSecondMost = (spare * 1_000) / (unit.productMs * share);
    const byCores = line(
      `${one.name}, for its work`,
      cores / usable,
      'pods',
      `(${shown(requestCores)} × ${shown(share)} + ${shown(own.cores)}) cores ÷ (${shown(one.cpu)} cores × ${utilization})`,
    );
    const most = line(
      `most that ${one.name} serves`,
      perSecondMost,
      'requests per second',
      `(${one.podsMost} pods × ${shown(one.cpu)} cores × ${utilization} − ${shown(own.cores)}, at least 0) × 1,000 ÷ (${shown(unit.productMs)} ms × ${shown(share)})`,
    );
    return { need: { name: one.name, pods, podsMost: one.podsMost, perSecondMost }, byCores, most };
  });
  const database = (databaseCores * utilization * 1_000) / unit.postgresMs;
  const pods = needs.map(({ need }) => need);
  const ends = [...pods.map(({ name, perSecondMost: most }) => ({ name, most })), { name: 'database', most: database }];
  const [first = { name: 'database', most: database }] = ends.toSorted((one, other) => one.most - other.most);
  return {
    lines: [
      line('requests', perSecond, 'per second', `${shown(users)} users ÷ ${shown(secondsBetweenRequests)} s`),
      line('product, requests', requestCores, 'cores', `${shown(perSecond)}/s × ${shown(unit.productMs)} ms ÷ 1,000`),
      line(
        'messages',
        messagesPerSecond,
        'per second',
        `${shown(sockets)} sockets × ${shown(messagesPerMinute)} ÷ 60 s`,
      ),
      line(
        'gateways, messages',
        messageCores,
        'cores',
        `${shown(messagesPerSecond)}/s × ${shown(unit.messageMicroseconds)} µs ÷ 1,000,000`,
      ),
      ...forSockets.lines,
      ...needs.map(({ byCores }) => byCores),
      ...needs.map(({ most }) => most),
      line(
        'database',
        (perSecond * unit.postgresMs) / 1_000,
        'cores',
        `${shown(perSecond)}/s × ${shown(unit.postgresMs)} ms ÷ 1,000`,
      ),
      line(
        'most that the database serves',
        database,
        'requests per second',
        `${shown(databaseCores)} cores × ${utilization} × 1,000 ÷ ${shown(unit.postgresMs)} ms`,
      ),
    ],
    pods,
    bottleneck: first.name,
    fits: perSecond <= first.most && pods.every((one) => one.pods <= one.podsMost),
  };
}

/** Gateways that hold the sockets: by their number, and by their memory. */
function gatewaysForSockets(unit: Unit, sockets: number, { socketsPerGateway, gatewayMegabytesMost }: Site) {
  const { socketKilobytes: each, gatewayMegabytes: without } = unit;
  const byNumber = sockets / socketsPerGateway;
  const room = gatewayMegabytesMost - without;
  const megabytes = (sockets * each) / 1_024;
  const byMemory = room > 0 ? megabytes / room : Number.POSITIVE_INFINITY;
  return {
    pods: sockets > 0 ? Math.ceil(round(Math.max(byNumber, byMemory))) : 0,
    lines: [
      line('gateway, for the number of sockets', byNumber, 'pods', `${shown(sockets)} ÷ ${shown(socketsPerGateway)}`),
      line('sockets, memory', megabytes, 'MB', `${shown(sockets)} × ${shown(each)} kB ÷ 1,024`),
      line(
        'gateway, for the memory of sockets',
        byMemory,
        'pods',
        `${shown(megabytes)} MB ÷ (limit of ${shown(gatewayMegabytesMost)} MB − ${shown(without)} MB without sockets)`,
      ),
    ],
  };
}

const line = (what: string, figure: number, unit: string, arithmetic: string): Line => ({
  what,
  figure: round(figure),
  unit,
  arithmetic,
});

/** A load that was measured, to compare the model with. */
export interface Point {
  readonly name: string;
  readonly perSecond: number;
  /** Cores that the product and the database used. */
  readonly cores: number;
}

export interface Deviation extends Point {
  readonly predictedCores: number;
  readonly percent: number;
}

/** Compares the cores that the model predicts for a measured load with those that it used. */
export function deviationOf(unit: Unit, point: Point): Deviation {
  const predictedCores = (point.perSecond * (unit.productMs + unit.postgresMs)) / 1_000;
  return { ...point, predictedCores, percent: (predictedCores / point.cores - 1) * 100 };
}

/** Two measurements with different numbers of sockets: what one more socket takes. */
export function socketKilobytes(
  few: { readonly subscribers: number; readonly residentMegabytes: number },
  many: { readonly subscribers: number; readonly residentMegabytes: number },
): number {
  return ((many.residentMegabytes - few.residentMegabytes) * 1_024) / (many.subscribers - few.subscribers);
}

/** What a gateway holds without any socket. */
export function emptyMegabytes(
  { subscribers, residentMegabytes }: { readonly subscribers: number; readonly residentMegabytes: number },
  socketKilobytesEach: number,
): number {
  return residentMegabytes - (subscribers * socketKilobytesEach) / 1_024;
}

const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);
/** Quotients of tenths are inexact in binary. */
const round = (figure: number): number => Math.round(figure * 1e6) / 1e6;
export const shown = (figure: number): string => figure.toLocaleString('en-US', { maximumFractionDigits: 2 });
