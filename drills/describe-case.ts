import type { DrillCase } from './drill.ts';

type Counts = Readonly<Record<string, number>>;

/** A line about a case: what clients saw of the fault. It leaves out what was not measured. */
export function describeCase(one: DrillCase): string {
  const { detectedMs, firstAckMs, recoveryMs, acknowledged, lost, doubled, clientCodes, retryAfter, closeCodes } = one;
  const parts = [
    detectedMs !== null && `first failed request after ${detectedMs} ms`,
    Number.isFinite(firstAckMs) && `first acknowledged write after ${firstAckMs} ms`,
    recoveryMs !== undefined && Number.isFinite(recoveryMs) && `${recoveryMs} ms after the end of the fault`,
    `${acknowledged} acknowledged, ${lost} lost, ${doubled} doubled`,
    hasAny(clientCodes) ? `clients saw ${describeCounts(clientCodes)}` : 'no request failed',
    retryAfter.length > 0 && `Retry-After ${retryAfter.join(', ')} s`,
    closeCodes && (hasAny(closeCodes) ? `websockets closed with ${describeCounts(closeCodes)}` : 'no websocket closed'),
  ];
  return `${one.name}: ${parts.filter(Boolean).join(', ')}`;
}

const hasAny = (counts: Counts): boolean => Object.keys(counts).length > 0;

const describeCounts = (counts: Counts): string =>
  Object.entries(counts)
    .map(([code, count]) => `${code} (${count})`)
    .join(' and ');
