import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface ProgramOptions {
  readonly input?: string;
  /** Added to the environment. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs a program to its end: the signals of a terminal do not reach it. @returns what it prints @throws Error with its message */
export async function runProgram(
  file: string,
  args: readonly string[],
  { input = '', variables = {} }: ProgramOptions = {},
): Promise<string> {
  const child = spawn(file, args, { stdio: 'pipe', detached: true, env: { ...process.env, ...variables } });
  child.stdin.on('error', () => undefined); // the program has ended, and its exit code says why
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
