import type { ErrorPath } from '../errors.ts';
import type { CompiledPart } from './compile.ts';
import type { PendingObject } from './formats.ts';

/** Assigns ids to the objects that deferred fragments add to. The same part and path always get the same id. */
export class PendingObjects {
  readonly #known = new Map<CompiledPart, Map<string, PendingObject>>();
  #count = 0;

  at(part: CompiledPart, path: ErrorPath): PendingObject {
    const ofPart = this.#known.get(part) ?? new Map<string, PendingObject>();
    this.#known.set(part, ofPart);
    const key = JSON.stringify(path);
    const known = ofPart.get(key);
    if (known) return known;
    const made = { id: String(this.#count++), path, label: part.label };
    ofPart.set(key, made);
    return made;
  }
}
