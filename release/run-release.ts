import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from '#shared/errors/error-code.ts';
import { type Claim, requireFormerVersion } from './claim.ts';
import { advance, firstState, type State, shareIn } from './judge.ts';
import { noTraffic, type Plan, type Share } from './plan.ts';
import { type Figures, figuresBetween, type Reading } from './reading.ts';
import type { ReleaseTarget } from './target.ts';

/** One share of the callers, and what they saw. */
export interface StepReport extends Figures {
  readonly share: Share;
  readonly ms: number;
}

export interface ReleaseReport {
  readonly version: string;
  readonly startedAt: string;
  /** `unfinished` if the former version could not get its traffic back, or could not be replaced. */
  readonly outcome: 'released' | 'rolledBack' | 'unfinished';
  /** Why it was rolled back, or could not be ended. */
  readonly reason: string | undefined;
  /** Time from the decision until the former version had all new requests; undefined if it was released. */
  readonly rollbackMs: number | undefined;
  readonly steps: readonly StepReport[];
}

export interface ReleaseOptions {
  readonly version: string;
  readonly plan: Plan;
  /** Time between two readings. */
  readonly pollMs: number;
  readonly say: (line: string) => void;
  /** Rolls the release back when aborted. */
  readonly signal?: AbortSignal;
}

/** Releases a version: migrates, starts it, directs more and more callers to it, and back if it does not hold. */
export async function runRelease(target: ReleaseTarget, options: ReleaseOptions): Promise<ReleaseReport> {
  const { version, say } = options;
  const startedAt = new Date().toISOString();
  const steps: StepReport[] = [];
  await using claim = await target.claim();
  const isProved = claim.left?.phase === 'promoting' && claim.left.version === version;
  if (!isProved) await endLeftRelease(target, claim, say);
  const reason = isProved ? undefined : await findRefusal(target, claim, options, steps);
  try {
    const ended =
      reason === undefined ? await promote(target, claim, options) : await rollBack(target, claim, reason, say);
    return { version, startedAt, ...ended, steps };
  } catch (error) {
    const fault = errorMessage(error);
    say(`The release could not be ended: ${fault}`);
    say(
      reason === undefined ? `${version} has all traffic. Run the same command again.` : 'Run the command with --back.',
    );
    return { version, startedAt, outcome: 'unfinished', reason: fault, rollbackMs: undefined, steps };
  }
}

/** Ends what a killed release has left: the former version gets all traffic. @throws ConfigurationError if it is no longer whole */
export async function takeBack(target: ReleaseTarget): Promise<void> {
  await using claim = await target.claim();
  requireFormerVersion(claim);
  await target.direct(noTraffic);
  await target.stop();
  await claim.note(undefined);
}

/** The next set may serve callers with another version, without anybody who judges it. */
async function endLeftRelease(target: ReleaseTarget, claim: Claim, say: ReleaseOptions['say']): Promise<void> {
  requireFormerVersion(claim);
  if (!claim.left) return;
  say(`A release of ${claim.left.version} was left half done. First the former version gets all requests again.`);
  await target.direct(noTraffic);
  await target.stop();
}

type Ending = Pick<ReleaseReport, 'outcome' | 'reason' | 'rollbackMs'>;

/** From here on the next version stays, whatever happens: its set keeps the traffic until the standing one is whole. */
async function promote(target: ReleaseTarget, claim: Claim, { version, say }: ReleaseOptions): Promise<Ending> {
  await claim.note({ version, phase: 'promoting' });
  say(`${version} replaces the former version.`);
  await target.promote(version);
  await target.direct(noTraffic);
  await target.stop();
  await claim.note(undefined);
  say(`${version} is released.`);
  return { outcome: 'released', reason: undefined, rollbackMs: undefined };
}

async function rollBack(
  target: ReleaseTarget,
  claim: Claim,
  reason: string,
  say: ReleaseOptions['say'],
): Promise<Ending> {
  say(`Rolling back: ${reason}`);
  const decidedAt = performance.now();
  await target.direct(noTraffic);
  const rollbackMs = Math.round(performance.now() - decidedAt);
  say(`The former version gets all requests again, after ${rollbackMs} ms.`);
  await target.stop();
  await claim.note(undefined);
  return { outcome: 'rolledBack', reason, rollbackMs };
}

/** @returns why the version must be rolled back, or undefined if it has proved itself */
async function findRefusal(
  target: ReleaseTarget,
  claim: Claim,
  options: ReleaseOptions,
  steps: StepReport[],
): Promise<string | undefined> {
  try {
    await claim.note({ version: options.version, phase: 'shifting' });
    await prepare(target, options);
    options.signal?.throwIfAborted();
    const last = await shift(target, options, steps);
    return last.phase === 'rolledBack' ? last.reason : undefined;
  } catch (error) {
    return options.signal?.aborted ? 'The release was interrupted.' : errorMessage(error);
  }
}

async function prepare(target: ReleaseTarget, { version, say }: ReleaseOptions): Promise<void> {
  say('Migrating. The former version runs on the new schema.');
  await target.migrate(version);
  say(`Starting ${version} beside the former version.`);
  await target.start(version);
  await target.smoke(version);
  say('The smoke test passes.');
}

/** Directs callers to the next version, step by step, until it is released or must be rolled back. */
async function shift(
  target: ReleaseTarget,
  { plan, pollMs, say, signal }: ReleaseOptions,
  steps: StepReport[],
): Promise<State> {
  let state = firstState(await target.observe());
  await target.direct(shareIn(state, plan));
  say(describe(shareIn(state, plan)));
  while (state.phase === 'step' || state.phase === 'watch') {
    await delay(pollMs, undefined, { signal });
    const reading = await target.observe();
    const next = advance(state, reading, plan);
    if (!isSameStage(state, next)) {
      steps.push(reportStep(shareIn(state, plan), state, reading));
      if (next.phase === 'step') await target.direct(shareIn(next, plan));
      if (next.phase === 'step') say(describe(shareIn(next, plan)));
      if (next.phase === 'watch') say(`Watching for ${plan.watchMs / 1_000} s. The former version still runs.`);
    }
    state = next;
  }
  return state;
}

const isSameStage = (state: State, next: State): boolean =>
  state.phase === next.phase && (state.phase !== 'step' || next.phase !== 'step' || state.index === next.index);

type Stage = Extract<State, { phase: 'step' | 'watch' }>;

/** @param ended the reading that ended the stage; if it is a fault, the figures are those of the reading before it */
const reportStep = (share: Share, { begun, latest }: Stage, ended: Reading): StepReport => ({
  share,
  ms: Math.round(ended.at - begun.at),
  ...figuresBetween(begun, ended.kind === 'fault' ? latest : ended),
});

const describe = ({ percent, chosen }: Share): string =>
  [chosen.length > 0 && `${chosen.length} chosen`, percent > 0 && `${percent} % of the callers`]
    .filter(Boolean)
    .join(' and ')
    .concat(' get the next version.');
