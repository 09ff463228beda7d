import type { Log } from '../runtime/log.ts';

/** Milliseconds between two lines: every request finds the same. */
const pauseMs = 60_000;
const shownCharacters = 64;

export interface ForeignKeyOptions {
  /** Who signs, such as "the gateway". */
  readonly signer: string;
  /** Setting with the public keys. */
  readonly publicKeys: string;
  /** Setting with the private key. */
  readonly signingKey: string;
}

/** Tells operators that a token names a key that this process does not have: it is forged, or the keys were split wrongly. */
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
      `${publicKeys}: the public half of ${signingKey} is required; a token of ${signer} names key "${shown}", which is not among them.`,
    );
  };
}
