import type { TimeRange } from '#shared/input/time-range.ts';
import type { RiskVerdict } from '#shared/vocabulary.ts';
import type { RiskRule } from './vocabulary.ts';

export interface AssessmentFilter {
  readonly decisions?: readonly RiskVerdict[] | null;
  readonly rules?: readonly RiskRule[] | null;
  readonly organizationId?: string | null;
  readonly minScore?: number | null;
  readonly assessed?: TimeRange | null;
  /** Deprecated, like those below. Each given one must hold, too. */
  readonly decision?: RiskVerdict | null;
  readonly rule?: RiskRule | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
}
