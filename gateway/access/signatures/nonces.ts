/** Milliseconds for which a nonce is remembered: the time in which its signature counts, and a minute for clocks that differ. */
export const rememberedMs = 180_000;

/** Remembers the nonces of signatures, so that each signed request counts once. */
export interface Nonces {
  /** Returns false if this key has used the nonce before. @throws RequestRefusal SERVICE_UNAVAILABLE */
  use(keyId: string, nonce: string): boolean | Promise<boolean>;
}
