import { Kind, OperationTypeNode } from 'graphql';
import { z } from 'zod';
import { type AccountIdentity, isStaff } from '#shared/identity/identity.ts';
import { SubgraphFailure, type SubgraphTransport } from '../engine/ports.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Checked } from '../pipeline/stages.ts';

/**
 * Checks before a mutation of staff that the account is open and still has the roles in its access token.
 * Returns undefined for operations that need no check.
 */
export type ConfirmStanding = (checked: Checked) => Promise<void> | undefined;

/** The subgraph that owns accounts, and the query that the gateway sends to it as the caller. */
const subgraph = 'access';
const body = JSON.stringify({ query: 'query GatewayStanding { viewer { active roles } }' });
/** A response with errors says nothing about the account: the database of the subgraph may be away. */
const standingResult = z.object({
  errors: z.array(z.unknown()).max(0).optional(),
  data: z.object({ viewer: z.object({ active: z.boolean(), roles: z.array(z.string()) }).nullable() }),
});
/** Milliseconds in which the subgraph must respond. */
const timeoutMs = 2_000;

/** Mutations that begin, renew and end a session. Their requests may carry an outdated token. */
const sessionFields: ReadonlySet<string> = new Set(['signIn', 'refreshSession', 'signOut']);

/**
 * An access token stays valid for up to 15 minutes after its account was closed or has lost a role. Mutations of staff can affect all customers,
 * so the gateway asks the access subgraph before each of them. While that subgraph is away, the token alone decides: one dead subgraph must not
 * stop the others.
 */
export function createStandingCheck(transport: SubgraphTransport): ConfirmStanding {
  async function confirm({ caller, id, address }: Checked, { roles }: AccountIdentity): Promise<void> {
    const response = transport.fetch(
      { subgraph, kind: 'query', body },
      {
        requestId: id,
        identityKey: caller.key,
        headers: { ...caller.headers, 'x-request-id': id, 'x-client-address': address },
        ...(caller.headersFor && { headersFor: caller.headersFor }),
        deadline: performance.now() + timeoutMs,
      },
    );
    const result = await response.catch((error: unknown) => {
      if (error instanceof SubgraphFailure) return undefined;
      throw error;
    });
    const read = standingResult.safeParse(result);
    if (!read.success) return;
    const { viewer } = read.data.data;
    if (!viewer?.active) throw stale('This account is closed. Sign in with an open account.');
    const lost = roles.filter((role) => !viewer.roles.includes(role));
    if (lost.length > 0) throw stale(`This account no longer has the role ${lost.join(', ')}. Refresh the session.`);
  }

  return (checked) => {
    const { identity } = checked.caller;
    if (checked.operation.operation !== OperationTypeNode.MUTATION) return undefined;
    if (identity.kind !== 'account' || !isStaff(identity) || changesSession(checked)) return undefined;
    return confirm(checked, identity);
  };
}

function changesSession({ operation }: Checked): boolean {
  return operation.selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && sessionFields.has(selection.name.value),
  );
}

function stale(message: string): RequestRefusal {
  return new RequestRefusal('UNAUTHENTICATED', message, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}
