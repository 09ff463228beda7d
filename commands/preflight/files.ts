import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { z } from 'zod';
import { readManifests } from '../../gateway/access/documents/read-manifests.ts';
import type { TrustedText } from '../../gateway/access/documents/trusted-documents.ts';
import { loadSupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { describeFinding } from '../check-deploy/finding.ts';
import { checkDockerfile } from '../check-deploy/image/check-dockerfile.ts';
import { needsOf } from '../check-deploy/image/contents.ts';
import { readRegisteredDocuments } from '../documents/registered-documents.ts';
import { monitoringFiles } from '../monitoring/files.ts';
import { type Check, requireNone } from './check.ts';
import { refusalOf } from './refusal.ts';
import { settingOfService } from './site.ts';

const run = promisify(execFile);

export const supergraphCheck: Check = {
  name: 'supergraph',
  advice: 'Correct the schema if it does not compose. Then run `npm run compose` and commit the file.',
  limitMs: 60_000, // it waits for no service, and a small host needs some time
  async run({ project }) {
    const program = join(import.meta.dirname, '../compose.ts');
    await run(process.execPath, ['--no-warnings', program, '--check', '--root', project]).catch(rethrowOutput);
    return 'The supergraph composes, and its file is current.';
  },
};

function rethrowOutput(error: unknown): never {
  const { stderr } = z.object({ stderr: z.string() }).parse(error);
  throw new Error(stderr.trim(), { cause: error });
}

export const documentsCheck: Check = {
  name: 'documents',
  advice: 'Keep what the documents use, or retire them: `npm run documents -- --check --supergraph FILE` names more.',
  async run(site) {
    const { apiSchema } = loadSupergraphModel(readFileSync(join(site.project, 'schema/supergraph.graphql'), 'utf8'));
    const findFaults = (documents: readonly TrustedText[]) =>
      documents.flatMap(({ client, name, text }) =>
        validate(apiSchema, parse(text)).map(({ message }) => `${client} ${name}: ${message}`),
      );
    const manifests = readManifests(join(site.project, 'schema/manifests'));
    requireNone(findFaults(manifests));
    const databaseUrl = settingOfService(site, 'migrate', 'DATABASE_URL');
    const registered = await readRegisteredDocuments({ databaseUrl, dataDir: '' }).catch((error: unknown) => {
      throw refusalOf(error, 'POSTGRES_PASSWORD', databaseUrl);
    });
    requireNone(findFaults(registered));
    return `${manifests.length} documents of manifests and ${registered.length} registered ones are valid.`;
  },
};

/** @throws Error that names the files of a folder that `npm run monitoring` would write otherwise */
export function requireCurrent(project: string, folder: string): number {
  const files = [...monitoringFiles(project)].filter(([path]) => path.startsWith(folder));
  const stale = files.filter(([path, text]) => {
    const file = join(project, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  requireNone(stale.map(([path]) => `${path} is stale.`));
  return files.length;
}

export const dashboardsCheck: Check = {
  name: 'dashboards',
  advice: 'Run `npm run monitoring` and commit the files.',
  run: ({ project }) => `${requireCurrent(project, 'monitoring/grafana/dashboards')} dashboards are current.`,
};

export const imageCheck: Check = {
  name: 'image',
  advice: 'Correct the Dockerfile: it must copy what the programs of the image import.',
  run({ project }) {
    requireNone(checkDockerfile(project).map(describeFinding));
    return `The image has all ${needsOf(project).files.size} files of its programs.`;
  },
};
