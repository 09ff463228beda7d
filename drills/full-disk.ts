import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, awayCodes, type Drill, ledgerBars } from './drill.ts';
import type { Ledger } from './ledger.ts';
import { createOperator } from './operator.ts';
import { runFault } from './with-ledger.ts';
import { withTopology } from './with-topology.ts';

/** Room for an empty database and its log. */
const diskSize = '512m';
const block = Buffer.alloc(65_536);
const refusals = 1_000;
const refusalsMs = 120_000;

/** The disk of the database is full. A small file system in memory stands for it. */
export const fullDiskDrill: Drill = {
  name: 'full-disk',
  does: 'fills the disk of the database while clients write, and makes room again after 1,000 refused requests',
  async run(site) {
    const disk = join(site.data, 'volumes/postgres-primary');
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskSize},mode=1777`, 'tmpfs', disk]);
    try {
      return await withTopology(site, async (context) => {
        const filler = join(disk, 'filler');
        const fault = {
          name: 'full',
          blocksWrites: true,
          begin: () => fill(filler),
          async end(ledger: Ledger) {
            await ledger.refuse(refusals, refusalsMs);
            rmSync(filler);
          },
        };
        return [await runFault(await createOperator(context), fault, context)];
      });
    } finally {
      execFileSync('umount', ['--lazy', disk]);
    }
  },
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap(({ name, recoveryMs = 0, clientCodes, withoutRetryAfter = 0 }) => [
      atMost(`${name}.recovery`, recoveryMs / 1_000, 30, 's'),
      atMost(`${name}.otherCodes`, otherCodes(clientCodes).length, 0, 'codes'),
      atMost(`${name}.withoutRetryAfter`, withoutRetryAfter, 0, 'responses'),
    ]),
  ],
};

/** Takes all space that is left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if (!isFull(error)) throw error;
  } finally {
    closeSync(file);
  }
}

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOSPC';

/** Codes that do not say that the service is away for the moment. */
const otherCodes = (codes: Readonly<Record<string, number>>): readonly string[] =>
  Object.keys(codes).filter((code) => !awayCodes.has(code));
