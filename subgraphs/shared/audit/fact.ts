import { z } from 'zod';
import { auditActions, auditTargetKinds } from './actions.ts';

const id = z.uuid();

/** Who made a change, and with which request. */
export const auditOrigin = z.object({
  /** Null for a change that a subgraph makes by itself, or that a caller without account causes. */
  actorId: id.nullable(),
  apiKeyId: id.nullable(),
  /** Of the gateway; the id of the event if an event caused the change. */
  requestId: z.string(),
  clientRequestId: z.string().nullable(),
  clientAddress: z.string().nullable(),
});
export type AuditOrigin = z.infer<typeof auditOrigin>;

const auditChange = z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() });
/** A field before and after a change. A withheld value is null. */
export type AuditChange = Readonly<z.infer<typeof auditChange>>;

export const auditFact = z.object({
  action: z.enum(auditActions),
  target: z.object({ kind: z.enum(auditTargetKinds), id }).nullable(),
  changes: z.array(auditChange),
  at: z.iso.datetime(),
});

/** One thing that happened, for the audit trail. */
export interface AuditFact {
  readonly action: z.infer<typeof auditFact>['action'];
  readonly target: { readonly kind: (typeof auditTargetKinds)[number]; readonly id: string } | null;
  readonly changes?: readonly AuditChange[];
  readonly at: Date;
}

/** The origin of a change that no caller makes. @param requestId names the cause, such as an event */
export function systemOrigin(requestId: string): AuditOrigin {
  return { actorId: null, apiKeyId: null, requestId, clientRequestId: null, clientAddress: null };
}
