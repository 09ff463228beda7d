import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { protectPages } from '../edges/http/security-headers.ts';

const require = createRequire(import.meta.url);
const packageFolder = (name: string): string => dirname(require.resolve(`${name}/package.json`));

/** What the page loads, by its path below `/explorer/`: files of this folder and of installed packages, nothing from elsewhere. */
const files: Readonly<Record<string, string>> = {
  'explorer.js': join(import.meta.dirname, 'explorer.js'),
  'explorer.css': join(import.meta.dirname, 'explorer.css'),
  'react.js': join(packageFolder('react'), 'umd/react.production.min.js'),
  'react-dom.js': join(packageFolder('react-dom'), 'umd/react-dom.production.min.js'),
  'graphiql.js': join(packageFolder('graphiql'), 'graphiql.min.js'),
  'graphiql.css': join(packageFolder('graphiql'), 'graphiql.min.css'),
};

/** GraphiQL at `/explorer`; who opens the bare address in a browser finds it. */
export async function serveExplorer(app: FastifyInstance): Promise<void> {
  app.get('/', (_request, reply) => reply.redirect('/explorer'));
  await app.register(async (pages) => {
    await protectPages(pages);
    await pages.register(fastifyStatic, { root: import.meta.dirname, serve: false });
    pages.get('/explorer', (_request, reply) => reply.sendFile('index.html', import.meta.dirname));
    for (const [name, path] of Object.entries(files)) {
      const options = { maxAge: '1h' };
      pages.get(`/explorer/${name}`, (_request, reply) => reply.sendFile(basename(path), dirname(path), options));
    }
  });
}
