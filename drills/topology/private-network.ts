import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { ComposeFile } from './compose-file.ts';
import { withNextSet } from './next-set.ts';
import { assignAddresses, hostsFile } from './places.ts';

/** Set in the process that runs inside the network namespace: whether that belongs to root, or to the namespace of a user. */
const insideVariable = 'FREIGHT_PRIVATE_NETWORK';

export const isInside = (): boolean => process.env[insideVariable] !== undefined;

/** The command with which the person who started this process opens a shell in its network, in the same folder. */
export function commandToEnter(pid: number): string {
  const own = process.env[insideVariable] === 'user' ? '--user --preserve-credentials ' : '';
  return `nsenter --target ${pid} ${own}--net --mount --wd bash`;
}

/**
 * Runs this command again in a network namespace of its own, so that its ports meet no others and its hosts file is private.
 * @param variables added to its environment
 * @returns the exit code of that run
 * @throws ConfigurationError where the kernel allows no namespaces
 */
export async function runInside(variables: Readonly<Record<string, string>>): Promise<number> {
  const isRoot = userInfo().uid === 0;
  const own = isRoot ? [] : ['--user', '--map-root-user'];
  // Each program becomes the next one, so that signals reach this command inside, and it ends with the one outside.
  const flags = [...own, '--net', '--mount', 'setpriv', '--pdeathsig', 'KILL'];
  try {
    execFileSync('unshare', [...flags, 'true'], { stdio: 'ignore' });
  } catch {
    throw new ConfigurationError(
      'This command needs network namespaces: Linux with util-linux, as root or with user namespaces.',
    );
  }
  const child = spawn('unshare', [...flags, process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, ...variables, [insideVariable]: isRoot ? 'root' : 'user' },
  });
  // The terminal sends its signals to the child as well.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  return Number(code ?? 1);
}

/** Brings up loopback and makes the names of the services known inside the namespace. */
export function setUpInside(file: ComposeFile): void {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  execFileSync('mount', ['--make-rprivate', '/']);
  const folder = mkdtempSync(join(tmpdir(), 'freight-hosts-'));
  try {
    const hosts = join(folder, 'hosts');
    writeFileSync(hosts, hostsFile(assignAddresses(withNextSet(file))));
    execFileSync('mount', ['--bind', hosts, '/etc/hosts']);
  } finally {
    // The mount keeps the file itself.
    rmSync(folder, { recursive: true });
  }
}
