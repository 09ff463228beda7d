import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { capitalized, type SubgraphNames } from './names.ts';

const folder = join(import.meta.dirname, 'template');

/**
 * The files of a new subgraph by their path below its folder. The template itself must type-check, so it uses the scopes of
 * access.
 * @throws ConfigurationError when one name would have two meanings in the code
 */
export function fillTemplate(names: SubgraphNames): Map<string, string> {
  const template = globSync('**/*.*', { cwd: folder })
    .sort()
    .map((path) => [path, readFileSync(join(folder, path), 'utf8')] as const);
  requireFreeNames(
    names,
    template.filter(([path]) => path.endsWith('.ts')).map(([, text]) => text),
  );
  const fill = filler(names);
  return new Map(template.map(([path, text]) => [fill(path), fill(text)]));
}

function requireFreeNames({ subgraph, type, types }: SubgraphNames, sources: readonly string[]): void {
  const code = sources.map((text) => text.replaceAll(/\/\*.*?\*\/|'[^'\n]*'|`[^`]*`/gs, ''));
  const used = new Set(code.flatMap((text) => text.match(/\w+/g) ?? []));
  const names = [subgraph.camel, type.camel, type.pascal, types.camel, types.pascal];
  const taken = names.find((name) => used.has(name));
  if (taken !== undefined)
    throw new ConfigurationError(
      `NAME and --type need other names. "${taken}" means something else in the code of a subgraph.`,
    );
}

function filler({ subgraph, type, types }: SubgraphNames): (text: string) => string {
  const values: Readonly<Record<string, string>> = {
    'subgraph-name': subgraph.kebab,
    subgraphName: subgraph.camel,
    SubgraphName: subgraph.pascal,
    sample_record: type.snake,
    'sample-records': types.kebab,
    sampleRecords: types.camel,
    sampleRecord: type.camel,
    SampleRecords: types.pascal,
    SampleRecord: type.pascal,
    'sample records': types.words,
    'sample record': type.words,
    'Sample records': capitalized(types.words),
    'access:': `${subgraph.kebab}:`,
  };
  // Longer words first, because the plural begins with the singular.
  const words = Object.keys(values).sort((one, other) => other.length - one.length);
  const pattern = new RegExp(words.join('|'), 'g');
  return (text) => text.replaceAll(pattern, (word) => values[word] ?? word);
}
