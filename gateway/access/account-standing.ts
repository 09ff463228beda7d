import { Kind, OperationTypeNode } from 'graphql';
import { z } from 'zod';
import { type AccountIdentity, isStaff } from '#shared/identity/identity.ts';
import { SubgraphFailure, type SubgraphTransport } from '../engine/ports.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Checked } from '../pipeline/stages.ts';

/** Checks, before a mutation of staff runs, that the account still stands as its access token says. Undefined: no need. */
export type ConfirmStanding = (checked: Checked) => Promise<void> | undefined;

/** The subgraph that owns accounts, and what it is asked as the caller. */
const subgraph = 'access';
const body = JSON.stringify({ query: 'query GatewayStanding { viewer { active roles } }' });
/** A response with errors says nothing about the account: the database of the subgraph may be away. */
const answer = z.object({
  errors: z.array(z.unknown()).max(0).optional(),
  data: z.object({ viewer: z.object({ active: z.boolean(), roles: z.array(z.string()) }).nullable() }),
});
/** Milliseconds that the subgraph gets to answer. */
const patienceMs = 2_000;

/** Mutations with which people begin, renew and end a session: whoever uses them may bring an old token along. */
const sessionFields: ReadonlySet<string> = new Set(['signIn', 'refreshSession', 'signOut']);

/**
 * An access token outlives the closing of its account, and the loss of a role, by up to 15 minutes. What staff may change
 * concerns everybody, so each of their mutations asks the access subgraph first. While that subgraph is away the token
 * counts: one dead subgraph must not stop the others.
 */
export function createStandingCheck(transport: SubgraphTransport): ConfirmStanding {
  async function confirm({ caller, id, address }: Checked, { roles }: AccountIdentity): Promise<void> {
    const asked = transport.fetch(
      { subgraph, kind: 'query', body },
      {
        requestId: id,
        identityKey: caller.key,
        headers: { ...caller.headers, 'x-request-id': id, 'x-client-address': address },
        ...(caller.headersFor && { headersFor: caller.headersFor }),
        deadline: performance.now() + patienceMs,
      },
    );
    const result = await asked.catch((error: unknown) => {
      if (error instanceof SubgraphFailure) return undefined;
      throw error;
    });
    const read = answer.safeParse(result);
    if (!read.success) return;
    const { viewer } = read.data.data;
    if (!viewer?.active) throw stale('This account is closed. Sign in with an open account.');
    const lost = roles.filter((role) => !viewer.roles.includes(role));
    if (lost.length > 0) throw stale(`This account is no longer ${lost.join(', ')}. Refresh the session.`);
  }

  return (checked) => {
    const { identity } = checked.caller;
    if (checked.operation.operation !== OperationTypeNode.MUTATION) return undefined;
    if (identity.kind !== 'account' || !isStaff(identity) || isAboutSession(checked)) return undefined;
    return confirm(checked, identity);
  };
}

function isAboutSession({ operation }: Checked): boolean {
  return operation.selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && sessionFields.has(selection.name.value),
  );
}

function stale(message: string): RequestRefusal {
  return new RequestRefusal('UNAUTHENTICATED', message, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}
