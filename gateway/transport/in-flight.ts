/**
 * Queries in flight by identity and body. A single query of an identity needs no map and no hash of its body: see docs/performance.md, P10.
 */
export class InFlight<T extends { readonly body: string }> {
  readonly #byIdentity = new Map<string, T | Map<string, T>>();

  find(identityKey: string, body: string): T | undefined {
    const held = this.#byIdentity.get(identityKey);
    if (held === undefined) return undefined;
    if (held instanceof Map) return held.get(body);
    return held.body === body ? held : undefined;
  }

  add(identityKey: string, one: T): void {
    const held = this.#byIdentity.get(identityKey);
    if (held === undefined) this.#byIdentity.set(identityKey, one);
    else if (held instanceof Map) held.set(one.body, one);
    else this.#byIdentity.set(identityKey, new Map([held, one].map((each) => [each.body, each])));
  }

  remove(identityKey: string, one: T): void {
    const held = this.#byIdentity.get(identityKey);
    if (held === one) this.#byIdentity.delete(identityKey);
    if (!(held instanceof Map) || held.get(one.body) !== one) return;
    held.delete(one.body);
    if (held.size === 0) this.#byIdentity.delete(identityKey);
  }
}
