import { ConfigurationError } from '#shared/runtime/config.ts';

/**
 * How far a release has come: `shifting` until the next version has proved itself, while the former one is whole; then `promoting`, while the
 * standing set takes the next version over.
 */
export interface Progress {
  readonly version: string;
  readonly phase: 'shifting' | 'promoting';
}

/** Keeps other releases out until it is disposed, or its process has ended. */
export interface Claim extends AsyncDisposable {
  /** What a release that was killed has left. */
  readonly left: Progress | undefined;
  /** Notes the progress for the release that finds this one killed; undefined when nothing is left to do. */
  note(progress: Progress | undefined): Promise<void>;
}

/** @param who the process that releases, such as `process 17` */
export function refuseSecondRelease(who: string): never {
  throw new ConfigurationError(
    `Another release runs (${who}). Wait until it has ended, or interrupt it with Ctrl-C: it rolls back then.`,
  );
}

/** @throws ConfigurationError if the former version is no longer whole, so that it cannot get traffic again */
export function requireFormerVersion({ left }: Claim): void {
  if (left?.phase !== 'promoting') return;
  throw new ConfigurationError(
    `The release of ${left.version} was killed while it replaced the former version. ${left.version} has all traffic. Finish the release first: npm run deploy -- --to ${left.version}`,
  );
}
