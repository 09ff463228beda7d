import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Share } from './plan.ts';

const answerMs = 5_000;
const upMs = 30_000;
/** Above every share, so that the name of the share chooses nobody. */
const chosenValue = 101;

export interface EdgeFiles {
  /** The socket of HAProxy's runtime API. */
  readonly socket: string;
  /** The map of infra/haproxy/haproxy.cfg with the share and the chosen callers. */
  readonly map: string;
  /** The path by which HAProxy knows the map. */
  readonly mapName: string;
}

/** The edge of docker-compose.yml: HAProxy, which reads from a map who gets the next version. */
export class HaproxyEdge {
  readonly #files: EdgeFiles;

  constructor(files: EdgeFiles) {
    this.#files = files;
  }

  /** Replaces the map at once, and in the file, which HAProxy reads when it starts again. */
  async direct({ percent, chosen }: Share): Promise<void> {
    const { map, mapName } = this.#files;
    const lines = [`share ${percent}`, ...chosen.map((one) => `${one} ${chosenValue}`)];
    writeFileSync(map, `${lines.join('\n')}\n`);
    const [, version] = /New version created: (\d+)/.exec(await this.#ask(`prepare map ${mapName}`)) ?? [];
    if (!version) throw new Error(`HAProxy does not know the map ${mapName}.`);
    await this.#require(`add map @${version} ${mapName} <<\n${lines.join('\n')}\n`);
    await this.#require(`commit map @${version} ${mapName}`);
  }

  /** Resolves when HAProxy sends requests to every server of a backend. @throws Error if that takes too long */
  async up(backend: string): Promise<void> {
    const until = Date.now() + upMs;
    for (;;) {
      // HAProxy may be starting.
      const stat = await this.#ask('show stat').catch(() => '');
      const servers = stat.split('\n').map((row) => row.split(','));
      const own = servers.filter(([name, server]) => name === backend && server !== 'BACKEND');
      const status = servers[0]?.indexOf('status') ?? -1;
      if (own.length > 0 && own.every((row) => row[status]?.startsWith('UP'))) return;
      if (Date.now() > until)
        throw new Error(`HAProxy does not see every server of ${backend} after ${upMs / 1_000} s.`);
      await delay(200);
    }
  }

  async #require(command: string): Promise<void> {
    const answer = (await this.#ask(command)).trim();
    if (answer !== '') throw new Error(`HAProxy: ${answer}`);
  }

  async #ask(command: string): Promise<string> {
    const socket = connect(this.#files.socket);
    try {
      socket.setTimeout(answerMs, () => socket.destroy(new Error('HAProxy does not answer on its socket.')));
      await once(socket, 'connect');
      socket.end(`${command}\n`);
      return await text(socket);
    } finally {
      socket.destroy();
    }
  }
}
