import { LRUCache } from 'lru-cache';
import type { SubgraphResult } from '../engine/ports.ts';
import { foldRepeats } from '../engine/values/fold-repeats.ts';
import type { ResponseBytes } from './response-bytes.ts';

/** Comparing saves no time for shorter responses. Longer ones would displace all others. */
const minBytes = 1_024;
const maxBytes = 512 * 1024;
/** Bytes kept for one subgraph. The parsed results take several times more memory. */
const maxBytesTogether = 1_048_576;
const maxLengths = 500;

/** State of the responses of one length. */
type Known =
  /** The next response is kept after `sightingsLeft` further responses of this length. */
  | { readonly phase: 'seen'; sightingsLeft: number; readonly sightingsNeeded: number }
  | {
      readonly phase: 'kept';
      readonly bytes: Buffer;
      readonly result: SubgraphResult;
      readonly sightingsNeeded: number;
    };

/**
 * Recognizes responses by their bytes. A response that equals the kept one of its length is not parsed again: see docs/performance.md, P7.
 * Results are shared, so consumers must not modify them. Equal parts of a kept result are one object (P8).
 */
export class KnownResponses {
  readonly #byLength = new LRUCache<number, Known>({
    max: maxLengths,
    maxSize: maxBytesTogether,
    sizeCalculation: (known) => (known.phase === 'kept' ? known.bytes.length : 1),
  });

  /** @param parse returns the result, or a message about what is wrong with the bytes */
  read(bytes: ResponseBytes, parse: (bytes: ResponseBytes) => SubgraphResult | string): SubgraphResult | string {
    const { length } = bytes;
    if (length < minBytes || length > maxBytes) return parse(bytes);
    const known = this.#byLength.get(length);
    if (known?.phase === 'kept' && bytes.equals(known.bytes)) return known.result;
    const result = parse(bytes);
    if (typeof result !== 'string') this.#see(bytes, result, known);
    return result;
  }

  #see(bytes: ResponseBytes, result: SubgraphResult, known: Known | undefined): void {
    if (known?.phase === 'kept') {
      // Each miss doubles the number of sightings before the next one is kept.
      const sightingsNeeded = known.sightingsNeeded * 2;
      this.#byLength.set(bytes.length, { phase: 'seen', sightingsLeft: sightingsNeeded, sightingsNeeded });
    } else if (!known) {
      this.#byLength.set(bytes.length, { phase: 'seen', sightingsLeft: 1, sightingsNeeded: 1 });
    } else if (known.sightingsLeft > 1) {
      known.sightingsLeft -= 1;
    } else {
      if (result.data) foldRepeats(result.data);
      const { sightingsNeeded } = known;
      this.#byLength.set(bytes.length, { phase: 'kept', bytes: bytes.copy(), result, sightingsNeeded });
    }
  }
}
