import { type DocumentNode, Kind, print, visit } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Audience } from '../../access/documents/audience.ts';

/** A document that nobody has registered, as it was sent recently. */
export interface RecentOperation {
  /** Its text without the values of strings. */
  readonly shape: string;
  readonly operation: string | null;
  /** Who has sent it: client and audience. */
  readonly senders: ReadonlyMap<string, Sender>;
}

export interface Sender {
  readonly client: string;
  readonly audience: Audience;
}

interface Use extends RecentOperation {
  readonly senders: Map<string, Sender>;
  count: number;
  lastAt: number;
}

const maxShapes = 1_000;
const maxCharacters = 2_000_000;
const maxSenders = 5;
/** A supergraph is compared on as many shapes, the most frequent ones. */
const maxCompared = 500;
const recentMs = 3_600_000;

/** Keeps the shapes of documents that callers have sent within the last hour. It keeps neither variables nor the values of strings. */
export class RecentOperations {
  readonly #shapes = new LRUCache<string, Use>({
    max: maxShapes,
    maxSize: maxCharacters,
    sizeCalculation: (_use, shape) => shape.length + 1,
  });
  /** Finds the shape of a known document without making it again. */
  readonly #uses = new WeakMap<DocumentNode, Use>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @param document a valid document; the same one for the same text as far as possible */
  note(document: DocumentNode, sender: Sender): void {
    const use = this.#uses.get(document) ?? this.#add(document);
    // Finding a shape also makes it the most recent one.
    if (!this.#shapes.get(use.shape)) this.#shapes.set(use.shape, use);
    use.count += 1;
    use.lastAt = this.#now();
    const key = `${sender.audience} ${sender.client}`;
    if (use.senders.size < maxSenders && !use.senders.has(key)) use.senders.set(key, sender);
  }

  /** The most frequent shapes of the last hour. */
  recent(): readonly RecentOperation[] {
    const since = this.#now() - recentMs;
    return [...this.#shapes.values()]
      .filter(({ lastAt }) => lastAt >= since)
      .sort((one, other) => other.count - one.count)
      .slice(0, maxCompared);
  }

  #add(document: DocumentNode): Use {
    const shape = shapeOf(document);
    const use = this.#shapes.get(shape) ?? {
      shape,
      operation: nameOf(document),
      senders: new Map(),
      count: 0,
      lastAt: 0,
    };
    this.#uses.set(document, use);
    return use;
  }
}

function shapeOf(document: DocumentNode): string {
  return print(visit(document, { StringValue: (node) => ({ ...node, value: '', block: false }) }));
}

function nameOf({ definitions }: DocumentNode): string | null {
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return operation?.name?.value ?? null;
}
