/** CPU and memory that one request and one socket took in a measurement. */
export interface Unit {
  /** CPU milliseconds of a request in gateways and subgraphs together. */
  readonly productMs: number;
  readonly postgresMs: number;
  /** Memory of a gateway for one socket with a subscription. */
  readonly socketKilobytes: number;
  /** CPU microseconds of a gateway for one delivered message. */
  readonly messageMicroseconds: number;
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

export interface Capacity {
  readonly lines: readonly Line[];
  /** Pods of each process for the demand. */
  readonly pods: readonly { readonly name: string; readonly pods: number; readonly podsMost: number }[];
  /** What ends first when the demand grows. */
  readonly bottleneck: 'pods' | 'database';
  /** False if the demand needs more pods than the largest number, or more cores than the database has. */
  readonly fits: boolean;
}

/** Computes what a demand needs, and what the site can serve at the most. */
export function computeCapacity(unit: Unit, demand: Demand, site: Site): Capacity {
  const { users, secondsBetweenRequests, sockets, messagesPerMinute } = demand;
  const { utilization, processes, databaseCores, socketsPerGateway } = site;
  const perSecond = users / secondsBetweenRequests;
  const messagesPerSecond = (sockets * messagesPerMinute) / 60;
  const requestCores = (perSecond * unit.productMs) / 1_000;
  const messageCores = (messagesPerSecond * unit.messageMicroseconds) / 1_000_000;
  const wanted = (requestCores + messageCores) / utilization;
  const requested = sum(processes, ({ cpu, podsMin }) => cpu * podsMin);
  const most = sum(processes, ({ cpu, podsMost }) => cpu * podsMost);
  const factor = Math.max(1, wanted / requested);
  const postgresCores = (perSecond * unit.postgresMs) / 1_000;
  const mostByPods = ((most * utilization - messageCores) * 1_000) / unit.productMs;
  const mostByDatabase = (databaseCores * utilization * 1_000) / unit.postgresMs;
  const socketPods = Math.ceil(sockets / socketsPerGateway);
  const pods = processes.map(({ name, podsMin, podsMost }) => ({
    name,
    podsMost,
    pods: Math.max(Math.ceil(round(podsMin * factor)), name === 'gateway' ? socketPods : 0),
  }));
  const line = (what: string, figure: number, unitName: string, arithmetic: string): Line => ({
    what,
    figure: round(figure),
    unit: unitName,
    arithmetic,
  });
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
        'product, messages',
        messageCores,
        'cores',
        `${shown(messagesPerSecond)}/s × ${shown(unit.messageMicroseconds)} µs ÷ 1,000,000`,
      ),
      line(
        'product, to request',
        wanted,
        'cores',
        `(${shown(requestCores)} + ${shown(messageCores)}) ÷ ${utilization}`,
      ),
      line('pods, times the smallest number', factor, '', `${shown(wanted)} ÷ ${shown(requested)} cores, at least 1`),
      line(
        'gateways for the sockets',
        socketPods,
        'pods',
        `${shown(sockets)} ÷ ${shown(socketsPerGateway)}, rounded up`,
      ),
      line(
        'sockets, memory',
        (sockets * unit.socketKilobytes) / 1_024,
        'MB',
        `${shown(sockets)} × ${shown(unit.socketKilobytes)} kB ÷ 1,024`,
      ),
      line('database', postgresCores, 'cores', `${shown(perSecond)}/s × ${shown(unit.postgresMs)} ms ÷ 1,000`),
      line(
        'most that the pods serve',
        mostByPods,
        'requests per second',
        `(${shown(most)} cores × ${utilization} − ${shown(messageCores)}) × 1,000 ÷ ${shown(unit.productMs)} ms`,
      ),
      line(
        'most that the database serves',
        mostByDatabase,
        'requests per second',
        `${shown(databaseCores)} cores × ${utilization} × 1,000 ÷ ${shown(unit.postgresMs)} ms`,
      ),
    ],
    pods,
    bottleneck: mostByPods < mostByDatabase ? 'pods' : 'database',
    fits: perSecond <= Math.min(mostByPods, mostByDatabase) && pods.every((one) => one.pods <= one.podsMost),
  };
}

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

const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);
/** Quotients of tenths are inexact in binary. */
const round = (figure: number): number => Math.round(figure * 1e6) / 1e6;
export const shown = (figure: number): string => figure.toLocaleString('en-US', { maximumFractionDigits: 2 });
