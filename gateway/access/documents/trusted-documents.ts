import { LRUCache } from 'lru-cache';
import type { DocumentContract } from '#shared/identity/document-contract.ts';
import type { Identity } from '#shared/identity/identity.ts';
import type { Tier } from '#shared/vocabulary.ts';
import { CompactTexts } from '../../engine/values/compact-texts.ts';
import { audienceOf } from './audience.ts';
import { documentId } from './manifest.ts';

/** For whom a document is registered. */
export interface Listing {
  /** Name of the client, such as `partner`. */
  readonly client: string;
  /** The organization that has registered it; null for documents of manifests and of the company. */
  readonly organizationId: string | null;
  /** Of the organization; null for documents of the company, which callers of all tiers run. */
  readonly tier: Tier | null;
  /** Milliseconds since 1970 from which it is refused; null without a notice. */
  readonly endsAt: number | null;
  /** Undefined for documents of manifests that state none. */
  readonly contract: DocumentContract | undefined;
}

/** A document that the gateway has accepted before clients request it. */
export interface TrustedDocument {
  /** SHA-256 of the text in hexadecimal. */
  readonly id: string;
  readonly name: string;
  /** One for each owner. */
  readonly listings: readonly Listing[];
}

export interface TrustedText {
  readonly name: string;
  readonly client: string;
  readonly text: string;
  readonly organizationId?: string | null;
  readonly tier?: Tier | null | undefined;
  readonly endsAt?: number | null;
  readonly contract?: DocumentContract | undefined;
}

interface Entry extends TrustedDocument {
  readonly packed: string;
}

/** Documents that may be trusted at the same time. */
const maxDocuments = 200_000;
/** Texts kept unpacked. */
const maxUnpacked = 1_000;
const maxUnpackedCharacters = 4_000_000;

/** The documents of all manifests and registrations by id. Their texts are kept in compact form. */
export class TrustedDocuments {
  readonly #texts = new CompactTexts();
  readonly #entries = new Map<string, Entry>();
  /** Ids of the documents of each owner, in the order of their last registration. */
  readonly #ofOwners = new Map<string, Set<string>>();
  #version = 0;
  readonly #now: () => number;
  readonly #unpacked = new LRUCache<string, string>({
    max: maxUnpacked,
    maxSize: maxUnpackedCharacters,
    sizeCalculation: (text) => text.length + 1,
  });

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Changes with every added document. */
  get version(): number {
    return this.#version;
  }

  /** Finds a document that is registered for somebody. */
  find(id: string): TrustedDocument | undefined {
    const entry = this.#entries.get(id);
    return entry?.listings.some((listing) => !this.#hasEnded(listing)) ? entry : undefined;
  }

  /** Finds the listing by which this caller may run the document, that of its own organization first; undefined if there is none. */
  listingFor({ listings }: TrustedDocument, identity: Identity): Listing | undefined {
    const usable = listings.filter((listing) => !this.#hasEnded(listing) && isFor(listing, identity));
    return usable.find(({ organizationId }) => organizationId !== null) ?? usable[0];
  }

  /** Adds a document, or changes its listing for its owner. @returns the document; undefined if no more fit */
  add({
    name,
    client,
    text,
    organizationId = null,
    tier = null,
    endsAt = null,
    contract,
  }: TrustedText): TrustedDocument | undefined {
    const id = documentId(text);
    const known = this.#entries.get(id);
    if (!known && this.#entries.size >= maxDocuments) return undefined;
    const listing = { client, organizationId, tier, endsAt, contract };
    const others = known?.listings.filter((other) => !hasSameOwner(other, listing)) ?? [];
    const packed = known?.packed ?? this.#texts.pack(text);
    const entry = { id, name, listings: [...others, listing], packed };
    this.#entries.set(id, entry);
    this.#version += 1;
    this.#addTo(ownerOf(listing), id);
    return entry;
  }

  /** The documents that are registered for this caller, in the order of their last registration, those of its organization last. */
  *listedFor(identity: Identity): Generator<TrustedDocument> {
    const isPartner = audienceOf(identity) === 'partner';
    const own = identity.kind === 'account' && identity.organizationId !== null ? [identity.organizationId] : [];
    const clients = [...this.#ofOwners.keys()].filter(
      (owner) => owner.startsWith(clientPrefix) && (owner === `${clientPrefix}${partnerClient}`) === isPartner,
    );
    const ids = new Set([...clients, ...own].flatMap((owner) => [...(this.#ofOwners.get(owner) ?? [])]));
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry && this.listingFor(entry, identity)) yield entry;
    }
  }

  all(): Iterable<TrustedDocument> {
    return this.#entries.values();
  }

  /** @throws Error if there is no such document */
  textOf(id: string): string {
    const known = this.#unpacked.get(id);
    if (known !== undefined) return known;
    const entry = this.#entries.get(id);
    if (!entry) throw new Error(`the document ${id} is not trusted`);
    const text = this.#texts.unpack(entry.packed);
    this.#unpacked.set(id, text);
    return text;
  }

  #addTo(owner: string, id: string): void {
    const ids = this.#ofOwners.get(owner) ?? new Set();
    ids.delete(id);
    this.#ofOwners.set(owner, ids.add(id));
  }

  #hasEnded({ endsAt }: Listing): boolean {
    return endsAt !== null && endsAt <= this.#now();
  }
}

/** The client whose documents partners may run. Its documents are written for partners, and those of the other clients are not. */
export const partnerClient = 'partner';

function isFor({ client, organizationId }: Listing, identity: Identity): boolean {
  if (organizationId !== null) return identity.kind === 'account' && identity.organizationId === organizationId;
  return (client === partnerClient) === (audienceOf(identity) === 'partner');
}

const clientPrefix = 'client ';

function ownerOf({ client, organizationId }: Listing): string {
  return organizationId ?? `${clientPrefix}${client}`;
}

function hasSameOwner(one: Listing, other: Listing): boolean {
  return ownerOf(one) === ownerOf(other);
}
