import { resolve } from 'node:path';
import { readGatewayConfig } from '../../gateway/config.ts';
import { createGateway } from '../../gateway/gateway.ts';

/**
 * A gateway of the benchmark in a process of its own. `ACCESS_DATA_DIR` makes it identify callers by keys in that folder, as in front of the freight
 * graph. It sends its address, and its CPU microseconds whenever the parent asks.
 */
const dataDir = process.env['ACCESS_DATA_DIR'];
const config = readGatewayConfig();
const gateway = await createGateway({
  ...config,
  ...(dataDir !== undefined && { access: { kind: 'freight', dataDir: resolve(dataDir) } }),
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system });
});
process.once('disconnect', () => void gateway.close().then(() => process.exit(0)));
process.send?.({ url: await gateway.listen() });
