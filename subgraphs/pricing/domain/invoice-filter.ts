import type { TimeRange } from '#shared/input/time-range.ts';
import type { InvoiceStatus } from './billing.ts';

/** The filter of a list of invoices. All given conditions must hold. */
export interface InvoiceFilter {
  readonly statuses?: readonly InvoiceStatus[] | null;
  readonly number?: string | null;
  readonly organizationId?: string | null;
  readonly issued?: TimeRange | null;
  readonly due?: TimeRange | null;
  readonly issuedFrom?: Date | null;
  readonly issuedBefore?: Date | null;
}
