import type { Claim } from './claim.ts';
import type { Share } from './plan.ts';
import type { Reading } from './reading.ts';

/**
 * Where a version is released. Two sets of processes run during a release: the standing one with the former version, and the next one. When the
 * next version has proved itself, the standing set takes it over, and the next set ends.
 */
export interface ReleaseTarget {
  /** Keeps other releases out. @throws ConfigurationError while another one runs */
  claim(): Promise<Claim>;
  /** Brings the database to the schema of the version. The former version runs on it. */
  migrate(version: string): Promise<void>;
  /** Starts the next set, without traffic. Resolves when it is healthy. */
  start(version: string): Promise<void>;
  /** Asks the next set itself. @throws Error if it does not respond as it must, or runs another version */
  smoke(version: string): Promise<void>;
  /** Directs this share of the callers to the next set, and the others to the standing one. */
  direct(share: Share): Promise<void>;
  /** What the gateways of the next set have counted, or what fails. */
  observe(): Promise<Reading>;
  /** Restarts the standing set with the version, while the next set has the traffic. */
  promote(version: string): Promise<void>;
  /** Ends the next set in order. */
  stop(): Promise<void>;
}
