import { resolve } from 'node:path';
import { createGateway, type Gateway } from '../../gateway/gateway.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';

/** A gateway that the process opens. */
export interface Opening {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of the keys by which it identifies callers, as in front of the freight graph. */
  readonly accessDir?: string;
}

/**
 * A process of the benchmark with a gateway for each variant. It opens one for each `Opening` and sends its address. It sends
 * the CPU microseconds of its main thread whenever the parent asks.
 */
const gateways: Gateway[] = [];

async function open({ flags, environment, accessDir }: Opening): Promise<string> {
  const config = readGatewayConfig(flags, { ...process.env, ...environment });
  const gateway = await createGateway({
    ...config,
    ...(accessDir !== undefined && { access: { kind: 'freight', dataDir: resolve(accessDir) } }),
  });
  gateways.push(gateway);
  return gateway.listen();
}

process.on('message', async (message: Opening | 'cpu') => {
  if (message !== 'cpu') return process.send?.({ url: await open(message) });
  const { user, system } = process.threadCpuUsage();
  process.send?.({ cpu: user + system });
});
process.once('disconnect', async () => {
  for (const gateway of gateways) await gateway.close();
  process.exit(0);
});
