import type { HealthPart, PartStatus } from '#shared/runtime/health.ts';

/** A part as one process tells it; the gateway's own has no subgraph. */
export interface ReportedPart extends HealthPart {
  readonly subgraph?: string;
}

const severity: Readonly<Record<PartStatus, number>> = { up: 0, degraded: 1, down: 2 };

/**
 * Parts of several processes, one per name: the worst status, since when the first of them has it, and why.
 * @param namesSubgraphs whether reasons say where: to operators only
 */
export function mergeParts(told: readonly ReportedPart[], namesSubgraphs: boolean): readonly HealthPart[] {
  const byName = Map.groupBy(told, ({ name }) => name);
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
  const reasons = [...byReason].map(([reason, told]) => {
    const where = told.flatMap(({ subgraph }) => subgraph ?? []);
    return namesSubgraphs && where.length > 0 ? `${reason} (${where.join(', ')})` : `${reason}`;
  });
  return reasons.length === 0 ? null : reasons.join(' ');
}
