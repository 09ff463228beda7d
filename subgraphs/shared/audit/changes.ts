import type { AuditChange } from './fact.ts';

type Values = Readonly<Record<string, unknown>>;

/** Longest text of a value in the audit trail. */
const maxLength = 1_000;

/**
 * The fields of `after` that differ from `before`, as texts. All of them for a new record.
 * @param withheld fields with personal data, of which only the name is recorded
 */
export function changesTo(after: Values, before: Values = {}, withheld: readonly string[] = []): AuditChange[] {
  return Object.keys(after).flatMap((field) => {
    const change = { field, before: textOf(before[field]), after: textOf(after[field]) };
    if (change.before === change.after) return [];
    return withheld.includes(field) ? { field, before: null, after: null } : change;
  });
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return toText(value).slice(0, maxLength);
}

function toText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
