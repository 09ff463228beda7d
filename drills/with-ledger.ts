import type { DrillCase, DrillContext } from './drill.ts';
import { Ledger } from './ledger.ts';
import type { Operator } from './operator.ts';

const warmUpWrites = 50;
const recoveryMs = 60_000;
const calmWrites = 50;

/** A fault, and how to end it. */
export interface Fault {
  readonly name: string;
  /** Looks at the part while writers run, before the fault. */
  before?(): Promise<void>;
  /** Resolves when the fault has begun. */
  begin(): void | Promise<void>;
  /** True if the fault counts from the end of `begin`: the part still works until then. */
  readonly countsFromEnd?: boolean;
  /** Resolves when the broken part is whole again. Not called before the first acknowledged write after the fault, unless it heals by itself. */
  end(ledger: Ledger): void | Promise<void>;
  /** True if nothing can be written before the fault has ended. */
  readonly blocksWrites?: boolean;
}

/** Runs writers, breaks something, waits for the first acknowledged write after it, mends it, and compares the ledger with the database. */
export async function runFault(operator: Operator, fault: Fault, { topology, say }: DrillContext): Promise<DrillCase> {
  const ledger = new Ledger(operator, `${fault.name}-${Date.now().toString(36)}`);
  try {
    await ledger.acknowledge(warmUpWrites, recoveryMs);
    await fault.before?.();
    const calledAt = Date.now();
    say(`${fault.name}: the fault begins.`);
    await fault.begin();
    const faultAt = fault.countsFromEnd ? Date.now() : calledAt;
    if (!fault.blocksWrites) await ledger.acknowledgedAfter(faultAt, recoveryMs);
    await fault.end(ledger);
    const mendedAt = Date.now();
    await ledger.acknowledgedAfter(mendedAt, recoveryMs);
    await ledger.acknowledge(ledger.acknowledged + calmWrites, recoveryMs);
    await ledger.stop();
    const url = topology.environmentOf('shipments')['SUBGRAPH_DATABASE_URL'] ?? '';
    return { ...(await ledger.settle(faultAt, url, mendedAt)), name: fault.name };
  } finally {
    await ledger.stop();
  }
}
