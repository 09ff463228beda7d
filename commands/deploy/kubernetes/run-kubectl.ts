import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs kubectl in the namespace of the product, with an object of this text as its input. @throws Error with its message */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

export const runKubectl: Kubectl = async (args, input = '') => {
  const child = spawn('kubectl', ['--namespace', 'freight', ...args], { stdio: 'pipe' });
  child.stdin.on('error', () => undefined); // kubectl has ended, and its exit code says why
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
};
