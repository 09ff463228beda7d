import { readdirSync, readFileSync } from 'node:fs';

/** Units of /proc on Linux: hundredths of a second, and pages of 4 KB. */
const ticksPerSecond = 100;
const pageBytes = 4_096;

interface ProcessState {
  readonly name: string;
  readonly pid: number;
  readonly parent: number;
  /** Of the process and its children, including those that have ended. */
  readonly cpuSeconds: number;
  readonly residentMegabytes: number;
}

export interface Usage {
  readonly cpuSeconds: number;
  /** Of the largest process. */
  readonly residentMegabytes: number;
}

/** What a process and its descendants use (Linux), apart for PostgreSQL and for the rest, which is Node and npm. */
export function processTree(root: number): { readonly node: Usage; readonly postgres: Usage } {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (stateOf(Number(name)) ?? []) : []));
  const children = Map.groupBy(all, ({ parent }) => parent);
  const below = (pid: number): ProcessState[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  const tree = [...all.filter(({ pid }) => pid === root), ...below(root)];
  const isPostgres = ({ name }: ProcessState) => name.startsWith('postgres');
  return { node: usageOf(tree.filter((one) => !isPostgres(one))), postgres: usageOf(tree.filter(isPostgres)) };
}

/** CPU seconds so far of one process, without its children. Zero when it has ended. */
export function cpuSecondsOf(pid: number): number {
  return stateOf(pid)?.cpuSeconds ?? 0;
}

function usageOf(processes: readonly ProcessState[]): Usage {
  return {
    cpuSeconds: processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    residentMegabytes: Math.max(0, ...processes.map(({ residentMegabytes }) => residentMegabytes)),
  };
}

/** Reads /proc. Undefined when the process has ended. */
function stateOf(pid: number): ProcessState | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain anything. The third field follows it.
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(fields[number - 3]);
    const cpuSeconds = (field(14) + field(15) + field(16) + field(17)) / ticksPerSecond;
    return { name, pid, parent: field(4), cpuSeconds, residentMegabytes: (field(24) * pageBytes) / 1_048_576 };
  } catch {
    return undefined;
  }
}
