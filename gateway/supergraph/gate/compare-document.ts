import { type DocumentNode, type FieldNode, visit } from 'graphql';
import { type Tier, tiers } from '#shared/vocabulary.ts';
import type { FieldPrice } from '../../access/cost/cost-by-field.ts';
import type { Audience } from '../../access/documents/audience.ts';
import { contractsFor } from '../../access/documents/contracts.ts';
import type { KindOfClient } from '../kinds-of-client.ts';
import type { AssessedSupergraph, Assessment } from './assessed-supergraph.ts';
import { pathOf } from './field-at.ts';
import type { GateFinding } from './finding.ts';

/** A document that a new supergraph must not damage. */
export interface GateSubject {
  readonly text: string;
  /** False for a document that nobody has registered: it has no price to keep. */
  readonly isRegistered: boolean;
  /** The highest price to which its owner has agreed; null without a contract. */
  readonly maximumPrice: number | null;
  readonly users: readonly DocumentUser[];
}

/** Who runs a document. What exists for them follows from audience and tier. */
export interface DocumentUser {
  readonly audience: Audience;
  /** Null: callers of every tier. */
  readonly tier: Tier | null;
  /** False if the audience may run the document, and nothing says that it does. */
  readonly isKnown: boolean;
}

export interface ComparedSupergraphs {
  readonly current: () => AssessedSupergraph;
  readonly next: () => AssessedSupergraph;
  readonly clients: readonly KindOfClient[];
}

export type DocumentDamage = Pick<GateFinding, 'damage' | 'field' | 'reason'>;
type Fine = Extract<Assessment, { kind: 'fine' }>;

/** Finds what the next supergraph would do to a document that the current one serves. A fault that the current one has as well is no damage. */
export async function compareDocument(
  { text, isRegistered, maximumPrice, users }: GateSubject,
  { current, next, clients }: ComparedSupergraphs,
): Promise<DocumentDamage | undefined> {
  const after = await next().assess(text);
  if (after.kind === 'faulty') {
    const { field, reason } = after;
    const before = await current().assess(text);
    return before.kind === 'faulty' ? undefined : { damage: 'breaks', field, reason };
  }
  const before = current().inspect(text);
  if (before.kind === 'faulty') return undefined;
  return (
    (isRegistered ? findRise(before, after, maximumPrice) : undefined) ??
    findHidden(before.document) ??
    findDenial(before.document)
  );

  function findHidden(document: DocumentNode): DocumentDamage | undefined {
    for (const { audience, tier, isKnown } of users) {
      const isUsed = clients.some(
        (client) =>
          client.audience === audience && (isKnown || current().deniedFields(document, client.grants).size === 0),
      );
      if (!isUsed) continue;
      for (const contract of (tier ? [tier] : tiers).flatMap((each) => contractsFor(audience, each))) {
        const fault = next().faultUnder(contract, text);
        if (!fault || current().faultUnder(contract, text)) continue;
        return { damage: 'hidden', field: fault.field, reason: `in the schema of ${contract.name}: ${fault.reason}` };
      }
    }
    return undefined;
  }

  function findDenial(document: DocumentNode): DocumentDamage | undefined {
    for (const { name, grants } of clients) {
      // A client that did not see the whole document before is not one of its users.
      if (current().deniedFields(document, grants).size > 0) continue;
      const [field] = next().deniedFields(document, grants);
      if (field)
        return { damage: 'denied', field: pathIn(document, field), reason: `${name} may no longer see the field` };
    }
    return undefined;
  }
}

function findRise(before: Fine, after: Fine, maximumPrice: number | null): DocumentDamage | undefined {
  const agreed = Math.max(maximumPrice ?? 0, before.maximum);
  if (after.maximum <= agreed) return undefined;
  const field = largestRise(before.byField, after.byField);
  return { damage: 'dearer', field, reason: `a run costs up to ${after.maximum} points; ${agreed} are agreed` };
}

/** The deepest field whose price has grown most. */
function largestRise(before: readonly FieldPrice[], after: readonly FieldPrice[]): string | null {
  const known = new Map(before.map(({ path, cost }) => [path, cost]));
  let found: string | null = null;
  let largest = 0;
  for (const { path, cost } of after) {
    const rise = cost - (known.get(path) ?? 0);
    // Fields come before those below them.
    const isBelow = found !== null && path.startsWith(`${found}.`);
    if (rise > largest || (isBelow && rise === largest)) [found, largest] = [path, rise];
  }
  return found;
}

function pathIn(document: DocumentNode, wanted: FieldNode): string | null {
  let found: string | null = null;
  visit(document, {
    Field: {
      enter(field, _key, _parent, _path, ancestors) {
        if (field === wanted) found = pathOf(ancestors, field);
      },
    },
  });
  return found;
}
