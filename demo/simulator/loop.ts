import { z } from 'zod';
import { parseData } from '../../client/data.ts';
import type { GraphClient } from '../../client/graph-client.ts';
import { GraphFailure } from '../../client/graph-failure.ts';
import { Convoy } from './convoy.ts';
import { readOpenLoads } from './open-loads.ts';
import type { Report } from './truck.ts';

export interface LoopOptions {
  readonly client: GraphClient;
  readonly signal: AbortSignal;
  readonly speedup: number;
  readonly log: (line: string) => void;
  readonly clock: () => Date;
  /** Resolves after this many milliseconds, or at once when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const tickMs = 2_000;
const reloadMs = 60_000;
const backoffMs = { first: 1_000, most: 30_000 } as const;

const reportMutation = `mutation SimulatorReport($input: ReportPositionsInput!) {
  reportPositions(input: $input) { acceptedCount refused { index code message } userErrors { code message } }
}`;
const reported = z.object({
  reportPositions: z.object({
    acceptedCount: z.number(),
    refused: z.array(z.object({ index: z.number(), code: z.string(), message: z.string() })),
    userErrors: z.array(z.object({ code: z.string(), message: z.string() })),
  }),
});

/** Drives and reports until the signal aborts. Failures are retried with growing pauses. Never throws. */
export async function driveUntilStopped(options: LoopOptions): Promise<void> {
  const { client, signal, log, clock, wait } = options;
  const convoy = new Convoy();
  let loadsReadAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (clock().getTime() - loadsReadAt >= reloadMs) {
        convoy.assign(await readOpenLoads(client), clock());
        if (loadsReadAt === Number.NEGATIVE_INFINITY) log(`simulator: ${convoy.size} trucks on the road`);
        loadsReadAt = clock().getTime();
      }
      for (const batch of convoy.advance(clock(), options.speedup)) await report(batch, convoy, options);
      if (failures > 0) log('simulator: the graph responds again');
      failures = 0;
      await wait(tickMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      const pause = pauseAfter(error, failures);
      if (failures === 1) log(`simulator: ${textOf(error)}; trying again`);
      await wait(pause, signal);
    }
  }
}

async function report(batch: readonly Report[], convoy: Convoy, options: LoopOptions): Promise<void> {
  try {
    const operation = { query: reportMutation, variables: { input: { positions: batch } } };
    const { refused, userErrors } = parseData(reported, await options.client.send(operation)).reportPositions;
    const [first] = [...userErrors, ...refused];
    if (first)
      options.log(`simulator: ${refused.length} of ${batch.length} positions refused: ${first.code} ${first.message}`);
  } catch (error) {
    convoy.undelivered(batch);
    throw error;
  }
}

function pauseAfter(error: unknown, failures: number): number {
  const asked = error instanceof GraphFailure ? (error.retryAfterMs ?? 0) : 0;
  return Math.min(backoffMs.most, Math.max(asked, backoffMs.first * 2 ** Math.min(failures - 1, 10)));
}

function textOf(error: unknown): string {
  return error instanceof GraphFailure ? `${error.code} ${error.message}` : String(error);
}
