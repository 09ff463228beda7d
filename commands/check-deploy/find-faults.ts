import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readComposeData, readComposeFile } from '../../drills/topology/compose-file.ts';
import { readEdges } from '../k8s/edges.ts';
import { attempt } from './attempt.ts';
import { checkBackups } from './backups.ts';
import { checkSchema, checkServices, checkTemplate, composePath } from './compose.ts';
import { checkDockerfile } from './dockerfile.ts';
import type { Finding } from './finding.ts';
import { checkComposeEdges } from './kubernetes/compose-edges.ts';

const templates = ['.env.production.example', '.env.staging.example'];

/** Checks every deployment file of a project. */
export function findFaults(project: string): readonly Finding[] {
  return [
    ...attempt('Dockerfile', () => checkDockerfile(project)),
    ...attempt(composePath, () => checkCompose(project)),
  ];
}

function checkCompose(project: string): readonly Finding[] {
  const path = join(project, composePath);
  const data = readComposeData(path);
  const faults = checkSchema(data);
  if (faults.length > 0) return faults;
  return templates.flatMap((template) => {
    const text = readFileSync(join(project, template), 'utf8');
    const missing = checkTemplate(data, text, template);
    if (missing.length > 0) return missing;
    const file = readComposeFile(path, fillIn(parseEnv(text)));
    return [
      ...checkServices(file),
      ...checkBackups(project, file),
      ...checkComposeEdges(readEdges(join(project, 'k8s/edges.yaml')), file),
    ];
  });
}

/** Operators fill in what a template leaves empty. */
function fillIn(variables: NodeJS.Dict<string>): NodeJS.Dict<string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value || 'given']));
}
