/** For whom a document is registered, or who has sent it. */
export interface DocumentOwner {
  /** Name of the client. */
  readonly client: string;
  /** The organization that has registered the document; null for the company. */
  readonly organizationId?: string | null;
  /** Who has sent a document that is not registered. */
  readonly audience?: string;
}

/** What a new supergraph would do to a document. `hidden`: the schema of its users would lack an element that it uses. */
export type Damage = 'breaks' | 'hidden' | 'denied' | 'dearer';

/** A document that a new supergraph would damage. */
export interface GateFinding {
  /** SHA-256 of the text in hexadecimal. */
  readonly document: string;
  readonly owners: readonly DocumentOwner[];
  /** Name of the operation; null if it has none. */
  readonly operation: string | null;
  readonly damage: Damage;
  /** Path of response keys to the field at fault; null if the fault is in no single field. */
  readonly field: string | null;
  readonly reason: string;
}

/** One line for an operator. */
export function describeFinding({ owners, operation, document, damage, field, reason }: GateFinding): string {
  const at = field === null ? '' : ` at ${field}`;
  const name = operation ?? `document ${document.slice(0, 12)}`;
  return `${name} of ${owners.map(describeOwner).join(', ')}: ${damage}${at}: ${reason}`;
}

function describeOwner({ client, organizationId, audience }: DocumentOwner): string {
  if (audience !== undefined) return `${client} (${audience}, not registered)`;
  return organizationId ? `${client} (organization ${organizationId})` : client;
}
