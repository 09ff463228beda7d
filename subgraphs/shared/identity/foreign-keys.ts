import type { Log } from '../runtime/log.ts';

/** Minimum time between two log lines, because every request can have the same wrong key. */
const pauseMs = 60_000;
const shownCharacters = 64;

export interface ForeignKeyOptions {
  /** The signer, such as "the gateway". */
  readonly signer: string;
  /** Setting with the public keys. */
  readonly publicKeys: string;
  /** Setting with the private key. */
  readonly signingKey: string;
}

/** Logs that this process does not have the key of a token: the token is forged, or the keys are configured wrongly. */
export function createForeignKeyReporter(
  { signer, publicKeys, signingKey }: ForeignKeyOptions,
  log: Log,
  now: () => number = () => performance.now(),
): (keyId: string) => void {
  let silentUntil = 0;
  return (keyId) => {
    if (now() < silentUntil) return;
    silentUntil = now() + pauseMs;
    const shown = keyId.slice(0, shownCharacters);
    log.error(
      { code: 'FOREIGN_KEY', keyId: shown },
      `${publicKeys}: add the public half of ${signingKey}. A token of ${signer} names the key "${shown}", which is missing.`,
    );
  };
}
