import { LRUCache } from 'lru-cache';
import type { Identity } from '#shared/identity/identity.ts';
import { audienceOf } from '../../access/documents/audience.ts';
import type { TrustedDocument, TrustedDocuments } from '../../access/documents/trusted-documents.ts';

export type ToolNames = ReadonlyMap<string, TrustedDocument>;

/** Characters that clients of the protocol accept in the name of a tool. */
const maxLength = 64;
const shortHash = 8;
/** Names of all callers that are kept together. */
const maxKept = 100_000;

/** Names the documents of each caller. */
export class DocumentNames {
  readonly #trusted: TrustedDocuments;
  readonly #known = new LRUCache<string, { readonly version: number; readonly names: ToolNames }>({
    maxSize: maxKept,
    sizeCalculation: ({ names }) => names.size + 1,
  });

  constructor(trusted: TrustedDocuments) {
    this.#trusted = trusted;
  }

  /** The documents that are registered for this caller by the names of their tools, in the order of the names. */
  of(identity: Identity): ToolNames {
    const { version } = this.#trusted;
    const owner = identity.kind === 'account' ? identity.organizationId : null;
    const key = `${audienceOf(identity) === 'partner'} ${owner}`;
    const known = this.#known.get(key);
    if (known?.version === version) return known.names;
    const names = nameDocuments(this.#trusted, identity);
    this.#known.set(key, { version, names });
    return names;
  }
}

/** Of several documents with one name, the one that was registered last and has no notice keeps it. The others add the beginning of their hash. */
function nameDocuments(trusted: TrustedDocuments, identity: Identity): ToolNames {
  const named: (readonly [string, TrustedDocument])[] = [];
  for (const [name, same] of Map.groupBy(trusted.listedFor(identity), (document) => plainName(document))) {
    const newest = same.findLast((document) => trusted.listingFor(document, identity)?.endsAt === null) ?? same.at(-1);
    for (const document of same) named.push([document === newest ? name : longName(name, document), document]);
  }
  return new Map(named.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function plainName({ name }: TrustedDocument): string {
  return name.replaceAll(/[^\w-]/g, '_').slice(0, maxLength);
}

function longName(name: string, { id }: TrustedDocument): string {
  return `${name.slice(0, maxLength - shortHash - 1)}_${id.slice(0, shortHash)}`;
}
