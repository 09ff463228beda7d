import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';

/** `node commands/healthcheck.ts`: the health check of a container. Exits with 1 unless `/health` on PORT answers 200 within 4 seconds. */
const timeoutMs = 4_000;

async function checkHealth(port: string | undefined): Promise<void> {
  if (!port) throw needs('PORT', 'the port of the process in this container');
  const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new ConfigurationError(`/health on port ${port} responds ${response.status}.`);
}

try {
  await checkHealth(process.env['PORT']);
} catch (error) {
  exitWith(error);
}
