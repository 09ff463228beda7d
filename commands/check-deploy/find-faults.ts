import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readComposeData, readComposeFile, readWrittenFile } from '../../drills/topology/compose-file.ts';
import { readEdges } from '../k8s/edges.ts';
import { newComposeSecrets } from '../keys/compose-secrets.ts';
import { attempt } from './attempt.ts';
import { checkBackups } from './backups.ts';
import { composePath } from './compose/composition.ts';
import { checkHaproxy } from './compose/haproxy.ts';
import { checkSyntax } from './compose/programs.ts';
import { checkPublished } from './compose/published.ts';
import { checkRedis } from './compose/redis.ts';
import { checkSchema } from './compose/schema.ts';
import { checkTemplate } from './compose/secrets.ts';
import { checkServices } from './compose/services.ts';
import { atVariable } from './compose/variables.ts';
import { type Finding, uniqueFindings } from './finding.ts';
import { checkDockerfile, checkOtherImage } from './image/check-dockerfile.ts';
import { checkComposeEdges } from './kubernetes/compose-edges.ts';

/** Folders with the Dockerfile of another program. */
const otherImages = ['infra/postgres', 'infra/collector'];
const templates = ['.env.production.example', '.env.staging.example'];

/** Checks the deployment files of a project, but for k8s and infra/terraform. */
export async function findFaults(project: string): Promise<readonly Finding[]> {
  const secrets = await newComposeSecrets();
  // Both templates have most faults in common.
  return uniqueFindings([
    ...attempt('Dockerfile', () => checkDockerfile(project)),
    ...otherImages.flatMap((folder) => attempt(folder, () => checkOtherImage(project, folder))),
    ...attempt(composePath, () => checkCompose(project, secrets)),
  ]);
}

/** @param secrets what `npm run keys` gives to operators */
function checkCompose(project: string, secrets: Readonly<Record<string, string>>): readonly Finding[] {
  const path = join(project, composePath);
  const data = readComposeData(path);
  const faults = checkSchema(data);
  if (faults.length > 0) return faults;
  return templates.flatMap((template) => {
    const text = readFileSync(join(project, template), 'utf8');
    const file = readComposeFile(path, { ...parseEnv(text), ...secrets });
    const composition = { project, file, written: readWrittenFile(path) };
    return [
      ...checkTemplate(data, text, template, new Set(Object.keys(secrets))),
      ...checkServices(composition).map((finding) =>
        atVariable(finding, template, parseEnv(text), composition.written),
      ),
      ...checkPublished(composition, template),
      ...checkSyntax(composition),
      ...checkHaproxy(composition),
      ...checkRedis(composition),
      ...checkBackups(project, file),
      ...attempt('k8s/edges.yaml', () => checkComposeEdges(readEdges(join(project, 'k8s/edges.yaml')), file)),
    ];
  });
}
