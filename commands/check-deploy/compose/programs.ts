import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { errorCode } from '#shared/errors/error-code.ts';
import { describeFailure } from '../attempt.ts';
import type { Finding } from '../finding.ts';
import { type Composition, servicesOf } from './composition.ts';
import { mountedFiles } from './mounted-files.ts';

const run = promisify(execFile);

/** Every YAML file that a service mounts can be read. */
export function checkSyntax(composition: Composition): readonly Finding[] {
  const files = servicesOf(composition).flatMap(([, service]) => mountedFiles(composition.project, service));
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return [...texts]
    .filter(([path]) => /\.ya?ml$/.test(path))
    .flatMap(([path, text]) =>
      parseAllDocuments(text).flatMap(({ errors }) => errors.slice(0, 1).map((error) => describeFailure(path, error))),
    );
}

/** Lets the programs that read a configuration check it themselves, where they are installed. */
export async function checkWithPrograms(project: string): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'freight-check-'));
  const path = (file: string) => join(project, file);
  const [edge, alertmanager, prometheus] = [
    'infra/haproxy/haproxy.cfg',
    'monitoring/alertmanager/alertmanager.yml',
    'monitoring/prometheus/prometheus.yml',
  ] as const;
  try {
    // What does not exist is a finding of other checks.
    if (![edge, alertmanager, prometheus].every((file) => existsSync(path(file)))) return [];
    const found = await Promise.all([
      runOn(edge, 'haproxy', ['-c', '-f', withoutCertificate(path(edge), folder)]),
      runOn(alertmanager, 'amtool', ['check-config', path(alertmanager)]),
      runOn(prometheus, 'promtool', ['check', 'config', path(prometheus)]),
    ]);
    return found.flat();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runOn(file: string, program: string, given: readonly string[]): Promise<readonly Finding[]> {
  try {
    await run(program, given);
    return [];
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? [] : [describeFailure(file, error)];
  }
}

/** The edge makes its certificate and its map of releases on the first start, so this copy has no certificate and another map. */
function withoutCertificate(path: string, folder: string): string {
  const copy = join(folder, 'haproxy.cfg');
  const text = readFileSync(path, 'utf8')
    .replace(/ssl crt \S+ alpn \S+/, '')
    .replaceAll('/var/lib/haproxy/', `${folder}/`);
  writeFileSync(join(folder, 'release.map'), 'share 0\n');
  writeFileSync(copy, text);
  return copy;
}
