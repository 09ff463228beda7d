import { exitWith } from '#shared/exit.ts';
import { readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';
import { boundMemory } from './memory.ts';

/** Runs the gateway until SIGTERM or SIGINT. */
try {
  boundMemory();
  const gateway = await createGateway(readGatewayConfig());
  const shutDown = (): void => {
    gateway.close().then(() => process.exit(0), exitWith);
  };
  process.once('SIGTERM', shutDown);
  process.once('SIGINT', shutDown);
  await gateway.listen();
} catch (error) {
  exitWith(error);
}
