import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { errorMessage } from '#shared/errors/error-code.ts';
import { needs } from '#shared/runtime/config.ts';
import type { ProcessSets } from '../../release/sets-target.ts';

/** Starting nine processes on a busy machine, or ending them in order, takes minutes. */
const answerMs = 600_000;

const request = z.object({ do: z.enum(['migrate', 'startNext', 'replace', 'stopNext']), app: z.string() });
type Request = z.infer<typeof request>;

const socketIn = (data: string): string => join(data, 'control.sock');

/**
 * Lets `npm run deploy` start and end processes of a running topology. One request per connection, one line each way. What a release asked for
 * that was killed is done to its end, before what the next release asks for.
 */
export async function serveControl(sets: ProcessSets, data: string): Promise<AsyncDisposable> {
  let last = Promise.resolve();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy()); // The other end has gone.
    last = last.then(() => answer(sets, socket));
  });
  // A topology whose machine was lost has left its socket in the folder.
  rmSync(socketIn(data), { force: true });
  server.listen(socketIn(data));
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(sets: ProcessSets, socket: Socket): Promise<void> {
  try {
    // The other end has said all, and waits for the answer.
    const given = request.parse(JSON.parse(await text(socket.iterator({ destroyOnReturn: false }))));
    await sets[given.do](given.app);
    socket.end('done');
  } catch (error) {
    socket.end(errorMessage(error));
  }
}

/** The processes of the topology that keeps its data there. @throws ConfigurationError if none runs */
export function remoteSets(data: string): ProcessSets {
  const path = socketIn(data);
  if (!existsSync(path)) throw needs('--data', 'the folder of a running topology', data);
  const ask = (asked: Request['do']) => (app: string) => send(path, { do: asked, app });
  const stop = ask('stopNext');
  return { migrate: ask('migrate'), startNext: ask('startNext'), replace: ask('replace'), stopNext: () => stop('') };
}

async function send(path: string, asked: Request): Promise<void> {
  const socket = connect(path);
  try {
    socket.setTimeout(answerMs, () => socket.destroy(new Error(`The topology did not do "${asked.do}" in time.`)));
    await once(socket, 'connect');
    socket.end(JSON.stringify(asked));
    const said = await text(socket);
    if (said !== 'done') throw new Error(said || 'The topology ended.');
  } finally {
    socket.destroy();
  }
}
