import { createLog, type Log } from '#shared/runtime/log.ts';
import type { GatewayConfig } from '../config.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { readGatewayConfig } from '../read-config.ts';
import { type SupergraphFile, writeSupergraph } from './supergraph-file.ts';

/** A gateway in this process, on a free port. */
export interface RunningGateway {
  readonly gateway: Gateway;
  /** Origin of the gateway. */
  readonly url: string;
  readonly supergraph: SupergraphFile;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startGateway(
  supergraphSdl: string,
  settings: Partial<GatewayConfig> = {},
  log: Log = createLog('gateway', 'silent'),
): Promise<RunningGateway> {
  const supergraph = writeSupergraph(supergraphSdl);
  const config = readGatewayConfig(['--supergraph', supergraph.path, '--port', '0'], { LOG_LEVEL: 'silent' });
  const gateway = await createGateway({ ...config, ...settings }, { log });
  return {
    gateway,
    url: await gateway.listen(),
    supergraph,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      supergraph[Symbol.dispose]();
    },
  };
}
