import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigurationError, parseGiven } from '#shared/runtime/config.ts';

const usd = z.number().positive();
const price = z.strictObject({
  source: z.httpUrl(),
  date: z.string().regex(/^\d{4}-\d{2}$/),
  /** One price, or one for each region. */
  usd: z.union([usd, z.record(z.string(), usd)]),
});

const priceNames = [
  'node-hour',
  'cluster-hour',
  'volume-gib-month',
  'nat-hour',
  'balancer-hour',
  'address-hour',
  'backup-gib-month',
  'zone-gb',
  'region-gb',
  'cdn-gb',
  'cdn-million-requests',
  'firewall-month',
  'firewall-million-requests',
  'health-check-month',
  'dns-zone-month',
] as const;
export type PriceName = (typeof priceNames)[number];

const inputs = z.strictObject({
  prices: z.record(z.enum(priceNames), price),
  measured: z.strictObject({
    command: z.string(),
    date: z.iso.date(),
    machine: z.string(),
    operations: z
      .array(
        z.strictObject({
          name: z.string(),
          /** Milliseconds of CPU time of gateway and subgraphs. */
          node: z.number().positive(),
          postgres: z.number().positive(),
          bytes: z.number().positive(),
        }),
      )
      .min(1),
  }),
  assumed: z.strictObject({
    requestsPerSecond: z.record(z.string(), z.number().nonnegative()),
    utilization: z.number().positive().max(1),
    internalBytes: z.number().nonnegative(),
    backupGib: z.number().positive(),
    walGbPerDay: z.number().nonnegative(),
  }),
  goalUsdPerRequest: usd,
});
export type Inputs = z.infer<typeof inputs>;

/** Reads infra/costs/inputs.yaml. @throws ConfigurationError for a file of another form */
export function readInputs(path: string): Inputs {
  return parseGiven(inputs, parse(readFileSync(path, 'utf8')), path);
}

/** @throws ConfigurationError if the price of a region is missing */
export function priceOf({ prices }: Inputs, name: PriceName, region: string): number {
  const { usd } = prices[name];
  const found = typeof usd === 'number' ? usd : usd[region];
  if (found === undefined) throw new ConfigurationError(`infra/costs/inputs.yaml: ${name} has no price for ${region}`);
  return found;
}
