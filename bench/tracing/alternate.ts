import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'undici';
import { percentile } from '../../commands/load/percentile.ts';
import { sendRequest } from '../../commands/load/send-load.ts';

/** A product, and the requests for it. */
export interface Side {
  readonly url: string;
  readonly token: string;
  /** JSON bodies, the same ones for both sides. */
  readonly bodies: readonly string[];
}

/** Input of this program. It runs in its own process, so that sending requests takes no time from serving them. Job on stdin, result on stdout. */
export interface AlternateJob {
  readonly sides: readonly [Side, Side];
  readonly connections: number;
  readonly seconds: number;
  /** Milliseconds from one request of a connection to the next; absent = the next one follows the response. */
  readonly everyMs?: number;
}

export interface SideResult {
  readonly requests: number;
  readonly p95Ms: number;
  /** Requests whose response had another status than 200, or errors. */
  readonly failed: number;
}

export interface AlternateResult {
  /** Of both sides together. */
  readonly requestsPerSecond: number;
  readonly sides: readonly [SideResult, SideResult];
}

/** What one side has got so far. */
interface Answers {
  readonly times: number[];
  failed: number;
}

/**
 * Sends each request to both products, one after the other and in changing order. Whatever else the machine does then disturbs both alike: it
 * changes within seconds, while two requests in a row are milliseconds apart.
 */
async function alternate({ sides, connections, seconds, everyMs = 0 }: AlternateJob): Promise<AlternateResult> {
  const answers: readonly [Answers, Answers] = [
    { times: [], failed: 0 },
    { times: [], failed: 0 },
  ];
  const began = performance.now();
  const isOver = () => performance.now() - began >= seconds * 1_000;
  await Promise.all(Array.from({ length: connections }, (_, index) => sendByTurns(index)));
  const sent = answers[0].times.length + answers[1].times.length;
  const requestsPerSecond = (sent * 1_000) / (performance.now() - began);
  return { requestsPerSecond, sides: [resultOf(answers[0]), resultOf(answers[1])] };

  /** Each connection has requests of its own: equal ones in flight would share their execution. */
  async function sendByTurns(index: number): Promise<void> {
    const senders = sides.map(senderOf);
    const own = sides[0].bodies.flatMap((_, at) => (at % connections === index ? [at] : []));
    if (own.length === 0) throw new Error(`${connections} connections need as many requests`);
    try {
      let due = performance.now() + (everyMs * index) / connections;
      for (let turn = 0; !isOver(); turn += 1) {
        for (const side of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
          if (everyMs > 0) await delay(Math.max(0, due - performance.now()));
          else due = performance.now();
          const failure = await senders[side]?.send(own[turn % own.length] ?? 0);
          answers[side].times.push(performance.now() - due);
          if (failure !== undefined) answers[side].failed += 1;
          due += everyMs;
        }
      }
    } finally {
      for (const sender of senders) await sender.close();
    }
  }
}

function senderOf({ url, token, bodies }: Side) {
  const { origin, pathname } = new URL(url);
  const client = new Client(origin);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const send = (index: number) =>
    sendRequest(client, { path: pathname, method: 'POST', headers, body: bodies[index] ?? null });
  return { send, close: () => client.close() };
}

function resultOf({ times, failed }: Answers): SideResult {
  return { requests: times.length, p95Ms: percentile(times, 0.95), failed };
}

let input = '';
for await (const chunk of process.stdin) input += String(chunk);
process.stdout.write(JSON.stringify(await alternate(JSON.parse(input) as AlternateJob))); // written by bench/tracing/rounds.ts
