import { createHash } from 'node:crypto';
import { errorTable } from '#shared/errors/errors.ts';
import { clientNetwork } from '#shared/identity/client-network.ts';
import { apiKeyIdOf, type Identity } from '#shared/identity/identity.ts';
import type { AuditReports } from '../access/audit/audit-reports.ts';
import type { PublicError } from '../errors/public-error.ts';
import type { ReadableBody } from './response-body.ts';
import type { Arrived, Identified, Priced } from './stages.ts';

/** An operation that is over. */
export interface Settled {
  readonly received: Pick<Arrived, 'id' | 'address'>;
  /** Undefined if the caller is not known. */
  readonly identified: Identified | undefined;
  /** Undefined if the document is not known or not valid. */
  readonly priced: Priced | undefined;
  readonly status: number;
  readonly errors: readonly PublicError[];
  /** The single response; undefined for streams and refusals. */
  readonly body: ReadableBody | undefined;
}

/** Statuses of errors in a response that refuse a field to its caller. */
const refusingStatuses: readonly number[] = [401, 403, 429];

/** Collects for the audit trail what only the gateway knows: the hash of the response to a mutation, and refusals. */
export function auditSettlement(settled: Settled, reports: AuditReports): void {
  const { received, priced, status, body } = settled;
  if (body && priced?.operation.operation === 'mutation') {
    const sha256 = createHash('sha256').update(body.peek()).digest('hex');
    reports.addResponse({ requestId: received.id, sha256, status, at: new Date() });
  }
  for (const code of refusalCodes(settled)) reports.addRefusal({ code, ...sampleOf(settled) });
}

function refusalCodes({ status, errors }: Settled): Set<string> {
  const codes = new Set<string>();
  for (const { extensions } of errors) if (isRefusal(status, extensions.code)) codes.add(extensions.code);
  return codes;
}

function isRefusal(status: number, code: string): boolean {
  if (code === 'REQUEST_CANCELLED') return false;
  if (status !== 200) return status < 500;
  // `in` does not narrow the code to the codes of the table.
  const known = code in errorTable ? errorTable[code as keyof typeof errorTable] : undefined;
  return known !== undefined && refusingStatuses.includes(known.status);
}

const maxNameLength = 100;

function sampleOf({ received, identified, priced }: Settled) {
  const name = priced?.operation.name?.value ?? identified?.operationName;
  return {
    caller: callerText(identified?.caller.identity, received.address),
    operationName: name?.replaceAll(/\p{Cc}/gu, '').slice(0, maxNameLength) || null,
    documentId: priced?.trusted?.id ?? null,
    requestId: received.id,
  };
}

function callerText(identity: Identity | undefined, address: string): string {
  if (identity?.kind !== 'account') return `network ${clientNetwork(address)}`;
  const apiKeyId = apiKeyIdOf(identity);
  return apiKeyId === null ? `account ${identity.accountId}` : `key ${apiKeyId}`;
}
