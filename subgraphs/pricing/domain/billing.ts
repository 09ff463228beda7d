import { referenceKey } from '#shared/input/text-key.ts';

/** Payment status of an invoice. It is computed from the figures and the clock, so it is never stored. */
export type InvoiceStatus = 'OPEN' | 'PARTIALLY_PAID' | 'PAID' | 'OVERDUE';

export interface Balance {
  readonly amountCents: number;
  readonly paidCents: number;
}

export function invoiceStatus(
  { amountCents, paidCents, dueAt }: Balance & { readonly dueAt: Date },
  now: Date,
): InvoiceStatus {
  if (paidCents >= amountCents) return 'PAID';
  if (now > dueAt) return 'OVERDUE';
  return paidCents > 0 ? 'PARTIALLY_PAID' : 'OPEN';
}

/** Whole cents still owed. */
export function outstandingCents({ amountCents, paidCents }: Balance): number {
  return Math.max(0, amountCents - paidCents);
}

/** Whole cents paid beyond the amount. */
export function overpaidCents({ amountCents, paidCents }: Balance): number {
  return Math.max(0, paidCents - amountCents);
}

/** Formats a number such as INV-2026-000042. */
export function invoiceNumber(issuedAt: Date, serial: number): string {
  return `INV-${issuedAt.getUTCFullYear()}-${padSerial(String(serial))}`;
}

/** The number that a person means by year and serial number, in any case, with or without "INV", dashes and blanks. */
export function toInvoiceNumber(typed: string): string | null {
  const parts = /^(?:inv)?(\d{4})(\d+)$/.exec(referenceKey(typed));
  return parts ? `INV-${parts[1]}-${padSerial(parts[2] ?? '')}` : null;
}

/** The serial number at the end of an invoice's number. People leave its zeros out. */
export function padSerial(digits: string): string {
  return digits.padStart(6, '0');
}
