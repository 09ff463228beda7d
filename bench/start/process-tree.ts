import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second and pages of 4 KB on every machine that we run on. */
const ticksPerSecond = 100;
const pageBytes = 4_096;

interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** CPU of a process, of all below it, and of those below it that have ended. */
export function treeCpuSeconds(root: number): number {
  return tree(root).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

/** Memory of one process. */
export function residentMegabytes(pid: number): number {
  return Math.round((stateOf(pid)?.residentBytes ?? 0) / 1_048_576);
}

function tree(root: number): ProcessState[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (stateOf(Number(name)) ?? []) : []));
  const children = Map.groupBy(all, ({ parent }) => parent);
  const below = (pid: number): ProcessState[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return [...all.filter(({ pid }) => pid === root), ...below(root)];
}

/** From /proc; undefined where the process has ended. */
function stateOf(pid: number): ProcessState | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the third field comes after it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(fields[number - 3]);
    const cpuSeconds = (field(14) + field(15) + field(16) + field(17)) / ticksPerSecond;
    return { pid, parent: field(4), cpuSeconds, residentBytes: field(24) * pageBytes };
  } catch {
    return undefined;
  }
}
