import { LRUCache } from 'lru-cache';
import type { SubgraphResult } from '../engine/ports.ts';
import { foldRepeats } from '../engine/values/fold-repeats.ts';
import type { ResponseBytes } from './response-bytes.ts';

/** Shorter responses are parsed as fast as they are compared; longer ones would crowd out the others. */
const minBytes = 1_024;
const maxBytes = 512 * 1024;
/** Of one subgraph; what was parsed takes some times more. */
const maxBytesTogether = 1_048_576;
const maxLengths = 500;

/** What is known of the responses of one length. */
type Known =
  /** A response will be kept after so many sightings of this length. */
  | { readonly phase: 'seen'; sightingsLeft: number; readonly patience: number }
  | { readonly phase: 'kept'; readonly bytes: Buffer; readonly result: SubgraphResult; readonly patience: number };

/**
 * Recognizes responses by their bytes: one that equals the last of its length isn't parsed again (see docs/performance.md, P7). The subgraph has
 * answered in every case; only the parsing is saved. Results are shared, like those of a call in flight, and never written to; equal parts of a
 * kept one are one object (P8).
 */
export class KnownResponses {
  readonly #byLength = new LRUCache<number, Known>({
    max: maxLengths,
    maxSize: maxBytesTogether,
    sizeCalculation: (known) => (known.phase === 'kept' ? known.bytes.length : 1),
  });

  /** @param parse makes the result, or a sentence about what is wrong with the bytes */
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
      const patience = known.patience * 2;
      this.#byLength.set(bytes.length, { phase: 'seen', sightingsLeft: patience, patience });
    } else if (!known) {
      this.#byLength.set(bytes.length, { phase: 'seen', sightingsLeft: 1, patience: 1 });
    } else if (known.sightingsLeft > 1) {
      known.sightingsLeft -= 1;
    } else {
      if (result.data) foldRepeats(result.data);
      this.#byLength.set(bytes.length, { phase: 'kept', bytes: bytes.copy(), result, patience: known.patience });
    }
  }
}
