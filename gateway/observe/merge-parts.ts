import type { HealthPart, PartStatus } from '#shared/runtime/health.ts';

/** A health part as one process reports it. `subgraph` is absent for the gateway's own. */
export interface ReportedPart extends HealthPart {
  readonly subgraph?: string;
}

const severity: Readonly<Record<PartStatus, number>> = { up: 0, degraded: 1, down: 2 };

/**
 * Merges the parts of several processes by name: the worst status, the earliest time since when a part has it, and all reasons for it.
 * @param namesSubgraphs true for operators: reasons then name the subgraphs
 */
export function mergeParts(reported: readonly ReportedPart[], namesSubgraphs: boolean): readonly HealthPart[] {
  const byName = Map.groupBy(reported, ({ name }) => name);
  return [...byName].map(([name, all]) => {
    const worst = Math.max(...all.map(({ status }) => severity[status]));
    const worstOnes = all.filter(({ status }) => severity[status] === worst);
    const since = worstOnes.map((part) => part.since).toSorted()[0] ?? '';
    return { name, status: worstOnes[0]?.status ?? 'up', since, reason: mergeReasons(worstOnes, namesSubgraphs) };
  });
}

function mergeReasons(parts: readonly ReportedPart[], namesSubgraphs: boolean): string | null {
  const byReason = Map.groupBy(
    parts.filter(({ reason }) => reason !== null),
    ({ reason }) => reason,
  );
  const reasons = [...byReason].map(([reason, affected]) => {
    const where = affected.flatMap(({ subgraph }) => subgraph ?? []);
    return namesSubgraphs && where.length > 0 ? `${reason} (${where.join(', ')})` : `${reason}`;
  });
  return reasons.length === 0 ? null : reasons.join(' ');
}
