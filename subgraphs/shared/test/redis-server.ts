import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../runtime/ports.ts';

export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
}

const given = process.env['REDIS_URL'] ?? '';

export const redisIsAvailable = given !== '' || spawnSync('redis-server', ['--version']).status === 0;

/** The server of REDIS_URL, or a new one without persistence. */
export async function startRedis(): Promise<RedisServer> {
  if (given !== '') return { url: given, stop: () => Promise.resolve() };
  const port = String(await freePort());
  const server = spawn('redis-server', [
    ...['--port', port, '--bind', '127.0.0.1'],
    ...['--save', '', '--appendonly', 'no'],
  ]);
  for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept connections')) break;
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
    },
  };
}
