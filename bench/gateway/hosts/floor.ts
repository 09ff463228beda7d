/**
 * The minimum that any gateway in Node needs. `requests`: sends the seven subgraph requests of the nested query in their four waves,
 * parses each response and calls `JSON.stringify` once. It plans, merges and checks nothing. `stored`: sends stored bytes.
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
  const response = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body,
  });
  return JSON.parse(await response.body.text());
}

async function respondByRequests(request: IncomingMessage): Promise<string> {
  await json(request);
  const authorization = request.headers.authorization ?? '';
  for (const wave of floorWaves) await Promise.all(wave.map(([subgraph, body]) => ask(subgraph, body, authorization)));
  return JSON.stringify(response);
}

async function respond(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const body = kind === 'stored' ? stored : await respondByRequests(request);
  reply.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

createServer((request, reply) => {
  respond(request, reply).catch((error: unknown) => reply.destroy(error as Error));
}).listen(Number(port), '127.0.0.1');
