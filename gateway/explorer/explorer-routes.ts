import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { protectPages } from '../edges/http/security-headers.ts';

const require = createRequire(import.meta.url);
const packageFolder = (name: string): string => dirname(require.resolve(`${name}/package.json`));

const ours = (name: string): string => join(import.meta.dirname, name);

/** What the page loads, by path: files of this folder and of installed packages, nothing from elsewhere. */
const files: Readonly<Record<string, string>> = {
  '/favicon.ico': ours('favicon.svg'),
  '/explorer/explorer.js': ours('explorer.js'),
  '/explorer/explorer.css': ours('explorer.css'),
  '/explorer/react.js': join(packageFolder('react'), 'umd/react.production.min.js'),
  '/explorer/react-dom.js': join(packageFolder('react-dom'), 'umd/react-dom.production.min.js'),
  '/explorer/graphiql.js': join(packageFolder('graphiql'), 'graphiql.min.js'),
  '/explorer/graphiql.css': join(packageFolder('graphiql'), 'graphiql.min.css'),
};

/**
 * Serves GraphiQL at `/explorer`, and leads there from `/`.
 * @param graph `freight`: the first tabs show how to sign in and what to ask; `any`: one empty query
 */
export async function serveExplorer(app: FastifyInstance, graph: 'freight' | 'any'): Promise<void> {
  const tabs = ours(`tabs-${graph}.js`);
  app.get('/', (_request, reply) => reply.redirect('/explorer'));
  await app.register(async (pages) => {
    await protectPages(pages);
    await pages.register(fastifyStatic, { root: import.meta.dirname, serve: false });
    pages.get('/explorer', (_request, reply) => reply.sendFile('index.html', import.meta.dirname));
    for (const [address, path] of Object.entries({ ...files, '/explorer/tabs.js': tabs })) {
      const options = { maxAge: '1h' };
      pages.get(address, (_request, reply) => reply.sendFile(basename(path), dirname(path), options));
    }
  });
}
