import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Finding } from '../finding.ts';
import { type HclFile, labelsOf, localsOf } from './hcl.ts';

/**
 * One line for each reference of a folder to something that it does not declare: variables, locals, resources, data, and outputs of modules.
 * Files of a provider cannot be validated without the provider; this much holds without it.
 */
export function checkReferences(files: readonly HclFile[]): readonly Finding[] {
  const folders = Map.groupBy(files.filter(isConfiguration), ({ path }) => dirname(path));
  return [...folders].flatMap(([folder, inside]) => {
    const declared = declaredIn(inside, outputsOfModules(folder, inside, folders));
    return inside.flatMap(({ path, text }) =>
      referencesIn(text)
        .filter((reference) => !declared.has(reference))
        .map((reference) => ({ file: path, at: 'references', says: `nothing declares ${reference}` })),
    );
  });
}

const isConfiguration = ({ path }: HclFile): boolean => path.endsWith('.tf');

function declaredIn(files: readonly HclFile[], modules: readonly string[]): ReadonlySet<string> {
  return new Set([
    ...[...labelsOf(files, 'variable')].map((name) => `var.${name}`),
    ...[...localsOf(files)].map((name) => `local.${name}`),
    ...labelsOf(files, 'resource'),
    ...[...labelsOf(files, 'data')].map((name) => `data.${name}`),
    ...modules,
  ]);
}

const moduleCalls = z.record(z.string(), z.array(z.looseObject({ source: z.string() })));

function outputsOfModules(
  folder: string,
  files: readonly HclFile[],
  folders: ReadonlyMap<string, readonly HclFile[]>,
): readonly string[] {
  return files.flatMap((file) =>
    Object.entries(moduleCalls.safeParse(file.blocks['module']).data ?? {}).flatMap(([name, calls]) =>
      calls.flatMap(({ source }) =>
        [...labelsOf(folders.get(join(folder, source)) ?? [], 'output')].map((output) => `module.${name}.${output}`),
      ),
    ),
  );
}

/** References outside of quoted text; `${…}` inside of it counts. An index such as `["eu"]` may follow any part. */
function referencesIn(text: string): readonly string[] {
  const expressions = text.replaceAll(/"(?:[^"\\$]|\\.|\$(?!\{)|\$\{[^}]*\})*"/g, (quoted) =>
    [...quoted.matchAll(/\$\{([^}]*)\}/g)].map(([, inner]) => ` ${inner} `).join(''),
  );
  const plain = expressions.replaceAll(/\[[^[\]]*\]/g, (index) => (/[.:*]/.test(index) ? ` ${index} ` : ''));
  const found = [
    ...plain.matchAll(/(?<![\w.])(?:var|local)\.\w+/g),
    ...plain.matchAll(/(?<![\w.])module\.\w+\.\w+/g),
    ...plain.matchAll(/(?<![\w.])(?:data\.)?aws_\w+\.\w+/g),
  ];
  return [...new Set(found.map(([reference]) => reference))];
}
