import { readdirSync, readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

/*
 * A worker that collects the command line of every process of this machine, until it gets a message. Then it answers with all of them.
 * A worker, because commands that the drill waits for block its own thread.
 */

const pollMs = 20;
const seen = new Set<string>();

function look(): void {
  for (const id of readdirSync('/proc')) {
    if (/^\d+$/.test(id)) seen.add(argumentsOf(id));
  }
}

function argumentsOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // the process has ended
  }
}

const timer = setInterval(look, pollMs);
parentPort?.once('message', () => {
  clearInterval(timer);
  parentPort?.postMessage([...seen]);
});
