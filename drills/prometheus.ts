import { z } from 'zod';

const url = 'http://prometheus:9090/api/v1';
const timeoutMs = 5_000;

const alert = z.object({
  labels: z.record(z.string(), z.string()),
  state: z.enum(['pending', 'firing']),
  activeAt: z.string(),
});
export type Alert = z.infer<typeof alert>;

const alertsResponse = z.object({ data: z.object({ alerts: z.array(alert) }) });
const samplesResponse = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

/** The alerts that Prometheus of the topology holds now, pending ones too. */
export async function readAlerts(): Promise<readonly Alert[]> {
  return alertsResponse.parse(await read('alerts')).data.alerts;
}

/** The values of an expression now. */
export async function readSamples(expression: string): Promise<readonly number[]> {
  const { data } = samplesResponse.parse(await read(`query?query=${encodeURIComponent(expression)}`));
  return data.result.map(({ value: [, value] }) => Number(value));
}

async function read(path: string): Promise<unknown> {
  const response = await fetch(`${url}/${path}`, { signal: AbortSignal.timeout(timeoutMs) });
  return response.json();
}
