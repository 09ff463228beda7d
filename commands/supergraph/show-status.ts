import { needs } from '#shared/runtime/config.ts';
import { describeFinding } from '../../gateway/supergraph/gate/finding.ts';
import type { SupergraphStatus } from '../../gateway/supergraph/status.ts';

/** Describes the supergraphs of a gateway. @param adminUrl its address for operators @throws ConfigurationError */
export async function showStatus(adminUrl: string): Promise<string> {
  const response = await fetch(new URL('/supergraph', adminUrl)).catch(() => undefined);
  if (!response?.ok) {
    throw needs('--admin', 'the address for operators of a running gateway', adminUrl);
  }
  return describeStatus((await response.json()) as SupergraphStatus); // of the same release
}

function describeStatus({ current, gate, canary, refused }: SupergraphStatus): string {
  const lines = [`current   ${current}`, `gate      ${gate}`];
  if (canary) {
    const { current: before, candidate } = canary.figures;
    lines.push(`on trial  ${canary.hash}`);
    for (const [name, { requests, errorShare, p95Ms }] of Object.entries({ current: before, 'on trial': candidate }))
      lines.push(
        `          ${name}: ${requests} requests, ${(errorShare * 100).toFixed(1)} % failed, p95 ${p95Ms === undefined ? '–' : `${Math.round(p95Ms)} ms`}`,
      );
  }
  if (refused) {
    lines.push(`refused   ${refused.hash}`, `          ${refused.reason}`);
    for (const finding of refused.findings) lines.push(`          - ${describeFinding(finding)}`);
    if (refused.isByGate)
      lines.push(`          npm run supergraph -- accept ${refused.hash} --reason TEXT loads it anyway.`);
  }
  return lines.join('\n');
}
