import { describe } from '@jest/globals';
import { testChanges } from './changed-project.ts';

/** Faults of Dockerfiles, each as one change of the real files and what the operator then reads. `image.ops.test.ts` does their steps. */
describe('the image of the product', () => {
  const dockerfile = 'Dockerfile';
  const image = `${dockerfile} image:`;

  testChanges(dockerfile, [
    [
      'a file that does not exist',
      'COPY client client',
      'COPY clients client',
      `${image} COPY names clients, which does not exist`,
    ],
    [
      'a file that a program reads',
      'COPY schema/manifests schema/manifests\n',
      '',
      `${image} the image lacks 1 files that its programs need, such as schema/manifests`,
    ],
    [
      'a document that a command reads',
      'COPY schema/operations/console/accept-supergraph.graphql schema/operations/console/\n',
      '',
      `${image} the image lacks 1 files that its programs need, such as schema/operations/console/accept-supergraph.graphql`,
    ],
    [
      'a command that needs a checkout',
      'commands/subgraph.ts commands/supergraph.ts commands/',
      'commands/subgraph.ts commands/supergraph.ts commands/costs.ts commands/',
      `${image} the image has commands/costs.ts, which cannot start there`,
    ],
    [
      'packages',
      'COPY --from=dependencies /app/node_modules node_modules\n',
      '',
      `${image} the image lacks node_modules`,
    ],
    [
      'packages at another path',
      '/app/node_modules node_modules',
      '/app/node_module node_modules',
      `${image} COPY --from names /app/node_module, which dependencies does not make`,
    ],
    [
      'a package that a program imports',
      'rm -rf node_modules/node ',
      'rm -rf node_modules/pg node_modules/node ',
      `${image} RUN removes pg, which the programs of the image import`,
    ],
    [
      'packages of developers',
      'npm ci --omit=dev',
      'npm ci',
      `${image} npm ci --omit=dev is required: the image needs no packages of developers`,
    ],
    [
      'root',
      'USER 1000:1000',
      'USER 0:0',
      `${image} USER: use numbers of a user and a group other than root instead of 0:0`,
    ],
    [
      'another version of Node',
      'FROM node:26.10.0-bookworm-slim\nARG',
      'FROM node:22.1.0-bookworm-slim\nARG',
      `${image} the base image node:26.10.0 must be that of package.json; it is node:22.1.0-bookworm-slim`,
    ],
    [
      'tools in the image',
      'FROM node:26.10.0-bookworm-slim\nARG',
      'ARG',
      `${image} RUN belongs to an earlier stage: the image has no tools and no caches of npm`,
    ],
    [
      'development',
      'ENV NODE_ENV=production',
      'ENV NODE_ENV=development',
      `${image} use ENV NODE_ENV=production instead of development`,
    ],
    [
      'an address that nobody reaches',
      ' HOST=0.0.0.0',
      ' HOST=127.0.0.1',
      `${image} use ENV HOST=0.0.0.0 instead of 127.0.0.1`,
    ],
    [
      'other ports than a gateway has',
      'EXPOSE 4000 4100',
      'EXPOSE 5000',
      `${image} EXPOSE 4000 4100 must name the ports of a gateway; it has 5000`,
    ],
    [
      'a shell that gets the signals',
      'ENTRYPOINT ["node"]',
      'ENTRYPOINT node',
      'Dockerfile file: Dockerfile needs the exec form ["…"]. Got "node".',
    ],
    [
      'a health check of nothing',
      '["node", "commands/healthcheck.ts"]',
      '["node", "commands/health.ts"]',
      `${image} the program commands/health.ts does not exist`,
    ],
    [
      'no version',
      /\n {6}org.opencontainers.image.version=.*/,
      '',
      `${image} the label org.opencontainers.image.version is required`,
    ],
  ]);
  testChanges('.dockerignore', [
    ['secrets of a developer', '.env*\n', '', `${image} .dockerignore: .env* is required`],
    [
      'a file that the build does not see',
      'bench\n',
      'bench\nschema\n',
      `${image} .dockerignore leaves out 3 files that its programs need, such as schema/supergraph.graphql, schema/manifests, schema/operations/console/accept-supergraph.graphql`,
    ],
  ]);
});

describe('the images of other programs', () => {
  testChanges('infra/collector/Dockerfile', [
    [
      'a base without a version',
      'FROM busybox:1.37.0-musl',
      'FROM busybox',
      'infra/collector/Dockerfile image: use a full version of the base image instead of busybox',
    ],
  ]);
  testChanges('infra/postgres/Dockerfile', [
    [
      'a package without a version',
      "'pgbackrest=2.5*'",
      'pgbackrest',
      'infra/postgres/Dockerfile image: a version of the package pgbackrest is required',
    ],
  ]);
});
