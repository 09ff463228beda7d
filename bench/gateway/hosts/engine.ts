/** Our engine and transport behind a bare `node:http` server, to measure them without the pipeline of the gateway. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { Supergraph } from '@apollo/federation-internals';
import { createLog } from '#shared/runtime/log.ts';
import { Engine, type Variables } from '../../../gateway/engine/engine.ts';
import { createWorkerPlanner } from '../../../gateway/engine/planning/worker-planner.ts';
import { responseText } from '../../../gateway/engine/respond/response.ts';
import { loadSupergraphModel } from '../../../gateway/engine/supergraph/model.ts';
import { createErrorPolicy } from '../../../gateway/errors/error-policy.ts';
import { boundMemory } from '../../../gateway/memory.ts';
import { createTransport } from '../../../gateway/transport/transport.ts';

boundMemory();
const [supergraphFile, port] = process.argv.slice(2);
const supergraphSdl = readFileSync(supergraphFile!, 'utf8');
const metadata = [...Supergraph.build(supergraphSdl).subgraphsMetadata()];
const errorPolicy = createErrorPolicy(
  { publicErrorCodes: new Set(), publicErrorExtensions: new Set() },
  createLog('engine', 'silent'),
);
const engine = new Engine({
  errorPolicy,
  model: loadSupergraphModel(supergraphSdl),
  planner: createWorkerPlanner({ supergraphSdl }),
  transport: createTransport({ subgraphs: Object.fromEntries(metadata.map(({ name, url }) => [name, { url }])) }),
});

interface Body {
  query: string;
  operationName?: string;
  variables?: Variables;
}

let requests = 0;

async function respond(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const body = (await json(request)) as Body;
  const authorization = request.headers.authorization ?? '';
  requests += 1;
  const scope = { requestId: String(requests), identityKey: authorization, headers: { authorization } };
  const operation = await engine.prepare({ source: body.query, operationName: body.operationName });
  const bytes = Buffer.from(responseText(await engine.execute(operation, body.variables ?? {}, scope)));
  reply.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
}

createServer((request, reply) => {
  respond(request, reply).catch((error: unknown) => reply.destroy(error as Error));
}).listen(Number(port), '127.0.0.1');
