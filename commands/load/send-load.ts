import { setTimeout as delay } from 'node:timers/promises';
import { Client, type Dispatcher } from 'undici';

/** A user sends one request at a time, on a connection of its own. */
export interface LoadUser {
  readonly headers: Readonly<Record<string, string>>;
  /** JSON bodies that the user sends in turn. */
  readonly bodies: readonly [string, ...string[]];
  /** Address from which the user connects, so that each one is a client of its own. */
  readonly localAddress?: string;
}

export interface Load {
  readonly url: string;
  readonly users: readonly LoadUser[];
  readonly ends: { readonly requestsEach: number } | { readonly seconds: number };
  /** Milliseconds from one request of a user to the next; 0: the next one follows the response. */
  readonly everyMs?: number;
  /** Certificate of an edge that signs its own. */
  readonly ca?: string | undefined;
}

export interface LoadFigures {
  readonly seconds: number;
  /** Milliseconds of each request. With `everyMs` they count from the moment at which it was due, so that a slow response hides nothing. */
  readonly times: readonly number[];
  /** Requests that were answered without an error, and their milliseconds. */
  readonly goodTimes: readonly number[];
  /** Failed requests by code. */
  readonly codes: Readonly<Record<string, number>>;
}

/** Sends requests with as little work as possible, because it may share the cores with the product. */
export async function sendLoad({ url, users, ends, everyMs = 0, ca }: Load): Promise<LoadFigures> {
  const { origin, pathname } = new URL(url);
  const times: number[] = [];
  const goodTimes: number[] = [];
  const codes: Record<string, number> = {};
  const began = performance.now();
  const isOver = (sent: number): boolean =>
    'seconds' in ends ? performance.now() - began >= ends.seconds * 1_000 : sent >= ends.requestsEach;

  const sendAll = async ({ headers, bodies, localAddress }: LoadUser, index: number): Promise<void> => {
    const connect = { ...(ca !== undefined && { ca }), ...(localAddress !== undefined && { localAddress }) };
    const client = new Client(origin, { connect });
    try {
      // Users begin one after the other within one interval.
      let due = performance.now() + (everyMs * index) / users.length;
      for (let sent = 0; ; sent += 1) {
        if (everyMs > 0) await delay(Math.max(0, due - performance.now()));
        else due = performance.now();
        if (isOver(sent)) return;
        const body = bodies[sent % bodies.length] ?? bodies[0];
        const failure = await sendRequest(client, {
          path: pathname,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
        const time = performance.now() - due;
        times.push(time);
        if (failure === undefined) goodTimes.push(time);
        else codes[failure] = (codes[failure] ?? 0) + 1;
        due += everyMs;
      }
    } finally {
      await client.close();
    }
  };
  await Promise.all(users.map(sendAll));
  return { seconds: (performance.now() - began) / 1_000, times, goodTimes, codes };
}

/** @returns the code of the failure; undefined when the response has no error */
export function sendRequest(client: Client, request: Dispatcher.DispatchOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    let failure: string | undefined;
    client.dispatch(request, {
      onRequestStart: () => {},
      onResponseStart(_controller, status) {
        if (status !== 200) failure = `HTTP_${status}`;
      },
      onResponseData(_controller, chunk) {
        if (failure !== undefined || chunk.includes('"errors":')) failure = codeIn(chunk) ?? failure ?? 'ERROR';
      },
      onResponseEnd: () => resolve(failure),
      onResponseError: () => resolve('CONNECTION_FAILED'),
    });
  });
}

const codeIn = (chunk: Buffer): string | undefined => /"code":"(\w+)"/.exec(chunk.toString())?.[1];
