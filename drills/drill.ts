import type { ReleaseReport } from '../release/run-release.ts';
import type { DebianProgram } from './topology/debian.ts';
import type { Topology } from './topology/topology.ts';

/** A figure that a drill must reach. */
export interface Bar {
  readonly id: string;
  readonly figure: number;
  readonly bar: number;
  readonly unit: string;
  readonly met: boolean;
}

/** An acknowledged write that is not in the database. */
export interface LostWrite {
  readonly key: string;
  /** Time from its acknowledgement to the fault. */
  readonly ageMs: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** What one kind of fault did to clients. */
export interface DrillCase {
  readonly name: string;
  /** Time from the fault to the first refused or failed request; null if no client noticed. */
  readonly detectedMs: number | null;
  /** Time from the first to the last refused or failed request; 0 if there was none. */
  readonly failingMs: number;
  /** Time from the fault to the first write that was begun after it and acknowledged. */
  readonly firstAckMs: number;
  /** Time from the end of the fault to the first write that was begun after it and acknowledged. */
  readonly recoveryMs?: number;
  readonly acknowledged: number;
  /** Acknowledged writes that are not in the database afterwards. */
  readonly lost: number;
  readonly lostWrites?: readonly LostWrite[];
  /** Keys with more than one record. */
  readonly doubled: number;
  /** Refused and failed requests by code. */
  readonly clientCodes: Readonly<Record<string, number>>;
  /** Values of `Retry-After` that clients got, in seconds. */
  readonly retryAfter: readonly number[];
  /** Responses that say the service is away for the moment, but not when to try again. */
  readonly withoutRetryAfter?: number;
  /** Websockets that were closed, by close code. */
  readonly closeCodes?: Readonly<Record<string, number>>;
  /** Subscribers that were not connected again and served after the fault. */
  readonly unservedSubscribers?: number;
  /** How often the database crashed because it could not write its log. */
  readonly panics?: number;
  /** Time until every gateway refused a bad supergraph. */
  readonly refusalMs?: number;
  /** Writes that only a former primary has: acknowledged by it, or made there after another was promoted. */
  readonly wrongPrimaryWrites?: number;
  /** Time until the node that was lost follows the new primary. */
  readonly rejoinMs?: number;
  /** Time from the command that promotes another region to the first write that was begun after it and acknowledged. */
  readonly promotedMs?: number;
  /** Time from the loss of a region until all its clients get good responses of another one. */
  readonly ledAwayMs?: number;
  /** Writes without any response, after their clients were led away. */
  readonly unanswered?: number;
  /** Times of a read, by the place of the client and the region that answers. */
  readonly readMs?: Readonly<Record<string, Percentiles>>;
  /** Age of the oldest lost write when the fault began. */
  readonly lossMs?: number;
  /** Reads that failed in a region that is not lost. */
  readonly failedReads?: number;
  /** Reads that failed although their clients had been led to another region. */
  readonly failedReadsLedAway?: number;
  /** Time from the return of a region until its clients are led there again. */
  readonly ledBackMs?: number;
  /** Reads that failed since that return. */
  readonly failedReadsLedBack?: number;
  /** Mean time of a write, connection included, in the primary region. */
  readonly writeMs?: number;
  /** Time by which the slowest standby was behind before the fault. */
  readonly lagMs?: number;
  /** Time until a restored database accepts writes. */
  readonly restoreMs?: number;
  /** Tables whose rows are not those of the moment to which the database was restored. */
  readonly differentTables?: readonly string[];
  /** Time until the archive has what was written last. */
  readonly archiveLagMs?: number;
  /** Alerts about backups that are active without a reason, and metrics of theirs that Prometheus does not have. */
  readonly alerts?: readonly string[];
  /** Time until an alert fired, by its name. */
  readonly alertsMs?: Readonly<Record<string, number>>;
  /** What a client got that read a row of a corrupted page, before and after it was mended: a code, or `OK`. */
  readonly readCodes?: readonly string[];
  /** Rows of a corrupted page that could be read all the same. */
  readonly readableRows?: number;
  /** Files of the backups that are not encrypted. */
  readonly plainFiles?: readonly string[];
  /** Size of the database that was restored. */
  readonly databaseMegabytes?: number;
  /** Secrets that an output shows, as `PLACE: NAME (form)`. */
  readonly shownSecrets?: readonly string[];
  /** What is wrong with the encryption of the edge. */
  readonly edgeFaults?: readonly string[];
  /** Outputs that were searched and are not empty. */
  readonly searchedPlaces?: number;
  /** What became of a release. */
  readonly release?: ReleaseReport;
}

export interface DrillReport {
  readonly drill: string;
  readonly startedAt: string;
  readonly cases: readonly DrillCase[];
  readonly bars: readonly Bar[];
  /** Why the drill ended before its cases did. */
  readonly failure?: string;
}

/** What a drill works with: a folder of its own, and the variables of docker-compose.yml. */
export interface DrillSite {
  readonly project: string;
  readonly data: string;
  readonly environment: Readonly<Record<string, string>>;
  /** True if a drill with a database of its own fills it with the demo company. */
  readonly hasDemoData: boolean;
  say(line: string): void;
}

/** A site on which the product runs. */
export interface DrillContext extends DrillSite {
  readonly topology: Topology;
}

/** Breaks a part of the running product on purpose, and measures what clients see. */
export interface Drill {
  readonly name: string;
  readonly does: string;
  /** Programs that it needs besides those of the topology. */
  readonly requires?: readonly DebianProgram[];
  run(site: DrillSite): Promise<readonly DrillCase[]>;
  bars(cases: readonly DrillCase[]): readonly Bar[];
}

/** Codes of a part that is away for the moment. Their responses say when to try again. */
export const awayCodes: ReadonlySet<string> = new Set([
  'SERVICE_UNAVAILABLE',
  'GATEWAY_TIMEOUT',
  'SUBGRAPH_CIRCUIT_OPEN',
]);

/** A figure that must not exceed the bar. */
export function atMost(id: string, figure: number, bar: number, unit: string): Bar {
  return { id, figure, bar, unit, met: figure <= bar };
}

/** The bars of every drill: nothing acknowledged is lost, and nothing is written twice. */
export function ledgerBars(cases: readonly DrillCase[]): readonly Bar[] {
  return cases.flatMap(({ name, lost, doubled }) => [
    atMost(`${name}.lost`, lost, 0, 'writes'),
    atMost(`${name}.doubled`, doubled, 0, 'writes'),
  ]);
}

/** Number of requests that were refused or failed after the fault. */
export function refusedRequests({ clientCodes }: DrillCase): number {
  return Object.values(clientCodes).reduce((total, one) => total + one, 0);
}
