import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** Runs a program in its own process: a job on stdin, its result on stdout. */
export async function runProgram<R>(program: URL, job: object, signal: AbortSignal): Promise<R> {
  const file = fileURLToPath(program);
  const child = spawn(process.execPath, [...process.execArgv, file], { stdio: ['pipe', 'pipe', 'inherit'], signal });
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${file} ended with ${code}`))));
  });
  child.stdin.end(JSON.stringify(job));
  const [output] = await Promise.all([text(child.stdout), exited]);
  return JSON.parse(output) as R; // written by the program
}
