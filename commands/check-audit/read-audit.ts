import { z } from 'zod';

const severity = z.enum(['info', 'low', 'moderate', 'high', 'critical']);
const reportSchema = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity, range: z.string() })),
});
const refusalSchema = z.object({ statusCode: z.number().optional(), message: z.string() });

/** The result of `npm audit`. */
export type Audit =
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'known'; readonly packages: readonly string[]; readonly isGrave: boolean };

/** Reads the JSON that `npm audit` prints. Reasons name no address. */
export function readAudit(json: string): Audit {
  const output = parse(json);
  const report = reportSchema.safeParse(output);
  if (report.success) {
    const found = Object.entries(report.data.vulnerabilities);
    return {
      kind: 'known',
      packages: found.map(([name, advisory]) => `${advisory.severity}: ${name} ${advisory.range}`),
      isGrave: found.some(([, advisory]) => advisory.severity === 'high' || advisory.severity === 'critical'),
    };
  }
  const refusal = refusalSchema.safeParse(output);
  const status = refusal.data?.statusCode;
  return { kind: 'unknown', reason: status ? `it responded with ${status}` : 'it did not respond' };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
