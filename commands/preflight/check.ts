import { errorMessage } from '#shared/errors/error-code.ts';
import { Fault, NotChecked } from './fault.ts';
import type { Site } from './site.ts';

/** A condition of a release. */
export interface Check {
  readonly name: string;
  /** @returns what was found. @throws Error that says what is wrong, Fault, or NotChecked */
  run(site: Site): Promise<string> | string;
  /** What an operator does when it fails, and the error has no advice of its own. */
  readonly advice: string;
  /** Default: 10 s. */
  readonly limitMs?: number;
}

export interface CheckReport {
  readonly name: string;
  readonly passed: boolean;
  /** What was found. */
  readonly says: string;
  /** What to do; undefined if it passed, or if another check must pass before. */
  readonly advice: string | undefined;
}

/** A check that takes longer fails: what it asks does not respond. */
const defaultLimitMs = 10_000;

export async function runCheck(
  { name, run, advice, limitMs = defaultLimitMs }: Check,
  site: Site,
): Promise<CheckReport> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no result after ${limitMs / 1_000} s`)), limitMs);
  try {
    return { name, passed: true, says: await Promise.race([run(site), late.promise]), advice: undefined };
  } catch (error) {
    const says = errorMessage(error);
    if (error instanceof NotChecked) return { name, passed: false, says: `not checked: ${says}`, advice: undefined };
    return { name, passed: false, says, advice: error instanceof Fault ? error.advice : advice };
  } finally {
    clearTimeout(timer);
  }
}

/** @throws Error with one line for each fault, if there is one */
export function requireNone(faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
