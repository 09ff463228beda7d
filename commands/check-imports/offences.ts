import { environmentReaders, type ImportRule } from './rules.ts';
import type { Import, SourceFile } from './source-file.ts';

/** One line for each import that breaks a rule. */
export function findOffences(files: readonly SourceFile[], rules: readonly ImportRule[]): string[] {
  return rules.flatMap((rule) =>
    files.flatMap(({ path, imports }) => {
      const match = rule.files.exec(path);
      if (!match) return [];
      const [folder] = match;
      if (rule.order && !rule.order.includes(roomOf(path, folder))) {
        return [`${path} is in no room of the rule "${rule.says}": add it in commands/check-imports/rules.ts`];
      }
      return imports
        .filter((edge) => !isAllowed(rule, match, path, edge))
        .map(({ target }) => `${path} imports ${target}: ${rule.says}`);
    }),
  );
}

/** One line for each file that reads the environment and should not. */
export function findEnvironmentReaders(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path, text }) => /process\.env\b/.test(text) && !environmentReaders.some((file) => file.test(path)))
    .map(({ path }) => `${path} reads process.env: only configuration files do`);
}

/** One line for each path of the rules that no file has, because it was renamed or removed. */
export function findUnknownPaths(files: readonly SourceFile[], rules: readonly ImportRule[]): string[] {
  return rules.flatMap(({ says, files: matching, only = [], order = [] }) => {
    const rooms = new Set(
      files.flatMap(({ path }) => {
        const [folder] = matching.exec(path) ?? [];
        return folder === undefined ? [] : [roomOf(path, folder)];
      }),
    );
    return [
      ...only.filter((start) => !files.some(({ path }) => path.startsWith(start) || beginsForAnyName(path, start))),
      ...order.filter((room) => !rooms.has(room)),
    ].map(
      (unknown) =>
        `The rule "${says}" names ${unknown}, which does not exist: remove it from commands/check-imports/rules.ts`,
    );
  });
}

/** True if a path begins with a text in which `$1` stands for any name. */
function beginsForAnyName(path: string, start: string): boolean {
  const [before = '', after] = start.split('$1');
  if (after === undefined || !path.startsWith(before)) return false;
  const rest = path.slice(before.length);
  return rest.slice(rest.search(/[/.]/)).startsWith(after);
}

function isAllowed(rule: ImportRule, match: RegExpExecArray, path: string, { target, typeOnly }: Import): boolean {
  const [folder, name = ''] = match;
  const begins = (start: string) => target.startsWith(start.replace('$1', name));
  if (rule.only && isInProject(target) && !rule.only.some(begins)) return false;
  if (rule.never?.some(begins) || rule.neverIn?.test(target)) return false;
  if (!rule.order || !target.startsWith(folder)) return true;
  const from = roomOf(path, folder);
  const to = roomOf(target, folder);
  if (typeOnly && rule.typesBetween?.includes(from) && rule.typesBetween.includes(to)) return true;
  return rule.order.indexOf(to) <= rule.order.indexOf(from);
}

function isInProject(target: string): boolean {
  return target.endsWith('.ts');
}

function roomOf(path: string, folder: string): string {
  const [room = ''] = path.slice(folder.length).split('/');
  return room.replace(/\.ts$/, '');
}
