import { requireFreePorts } from '#shared/runtime/ports.ts';
import { runProcess } from '#shared/runtime/run-process.ts';
import { portsOf } from './config.ts';
import { createGateway } from './gateway.ts';
import { boundMemory } from './memory.ts';
import { readServerConfig } from './read-config.ts';

/** Milliseconds to close connections to subgraphs and the engine after the drain. */
const closingMs = 5_000;

/** Runs the gateway until SIGTERM or SIGINT. */
await runProcess(async ({ resources, allowForEnd }) => {
  const config = readServerConfig();
  const { drain } = config;
  allowForEnd(drain.delayMs + drain.windowMs + closingMs);
  boundMemory();
  await requireFreePorts(Object.values(portsOf(config)));
  const gateway = await createGateway(config);
  resources.defer(() => gateway.close());
  await gateway.listen();
});
