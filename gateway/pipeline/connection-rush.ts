import type { Rush } from './rush.ts';

/** Operations wait for this many milliseconds at most, even if connections still arrive. */
const maxRushMs = 100;

/**
 * Tells whether connections wait to be accepted. Node accepts one connection in each turn of the event loop (libuv, pull request 3696).
 * Long turns would therefore make a new client, such as a health check, wait until all connections before it are accepted.
 * See docs/performance.md, P13.
 */
export class ConnectionRush implements Rush {
  #isOn = false;
  #beganAt = 0;
  #hasAccepted = false;

  /** A connection has been accepted. */
  noteConnection(): void {
    this.#hasAccepted = true;
    if (this.#isOn) return;
    this.#isOn = true;
    this.#beganAt = performance.now();
    setImmediate(() => this.#endTurn());
  }

  /** True until a whole turn has brought no connection. */
  get isOn(): boolean {
    return this.#isOn;
  }

  #endTurn(): void {
    this.#isOn = this.#hasAccepted && performance.now() - this.#beganAt < maxRushMs;
    this.#hasAccepted = false;
    if (this.#isOn) setImmediate(() => this.#endTurn());
  }
}
