/**
 * What no gateway in Node can beat. `requests`: the seven subgraph requests of the nested query in their four waves, each answer
 * parsed, and one `JSON.stringify` of the response; nothing is planned, merged or checked. `stored`: the response as stored bytes.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { Pool } from 'undici';
import { floorWaves } from './floor-waves.ts';

const [kind, port, responseFile, urlsJson] = process.argv.slice(2);
const stored = readFileSync(responseFile!);
const response: unknown = JSON.parse(stored.toString());

const pools = new Map<string, { pool: Pool; path: string }>();
for (const [name, text] of Object.entries(JSON.parse(urlsJson!) as Record<string, string>)) {
  const url = new URL(text);
  pools.set(name, { pool: new Pool(url.origin, { connections: 50 }), path: url.pathname });
}

async function ask(subgraph: string, body: string, authorization: string): Promise<unknown> {
  const { pool, path } = pools.get(subgraph)!;
  const answer = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body,
  });
  return JSON.parse(await answer.body.text());
}

async function answerByRequests(request: IncomingMessage): Promise<string> {
  await json(request);
  const authorization = request.headers.authorization ?? '';
  for (const wave of floorWaves) await Promise.all(wave.map(([subgraph, body]) => ask(subgraph, body, authorization)));
  return JSON.stringify(response);
}

async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const body = kind === 'stored' ? stored : await answerByRequests(request);
  reply.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

createServer((request, reply) => {
  answer(request, reply).catch((error: unknown) => reply.destroy(error as Error));
}).listen(Number(port), '127.0.0.1');
