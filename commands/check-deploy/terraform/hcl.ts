import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { z } from 'zod';
import type { Finding } from '../finding.ts';

export const terraformFolder = 'infra/terraform';

/** Blocks by type, then by their labels. */
const blocks = z.record(z.string(), z.unknown());
const byLabel = z.record(z.string(), z.unknown());

/** A file of Terraform, as far as references need it. */
export interface HclFile {
  /** Path from the root of the project. */
  readonly path: string;
  /** The text without comments. */
  readonly text: string;
  readonly blocks: z.infer<typeof blocks>;
}

export const hclPaths = (project: string): readonly string[] =>
  globSync(`${terraformFolder}/**/*.{tf,hcl}`, { cwd: project }).toSorted();

/** Parses a file with HashiCorp's own parser. A syntax error becomes a finding. */
export async function parseHcl(project: string, path: string): Promise<HclFile | Finding> {
  const text = readFileSync(join(project, path), 'utf8');
  try {
    return { path, text: text.replaceAll(/^\s*#.*$/gm, ''), blocks: blocks.parse(await parse(path, text)) };
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^parse config: /, '') : String(error);
    return { file: path, at: 'syntax', says: message };
  }
}

/** The labels of all blocks of a type: `aws_vpc.region` for `resource "aws_vpc" "region"`, `domain` for `variable "domain"`. */
export function labelsOf(files: readonly HclFile[], type: string): ReadonlySet<string> {
  const found = files.flatMap((file) => Object.entries(byLabel.safeParse(file.blocks[type]).data ?? {}));
  const hasTwoLabels = type === 'resource' || type === 'data';
  return new Set(
    found.flatMap(([label, inner]) =>
      hasTwoLabels ? Object.keys(byLabel.parse(inner)).map((name) => `${label}.${name}`) : [label],
    ),
  );
}

/** The names in the `locals` blocks of files. */
export function localsOf(files: readonly HclFile[]): ReadonlySet<string> {
  const list = z.array(byLabel);
  return new Set(files.flatMap((file) => (list.safeParse(file.blocks['locals']).data ?? []).flatMap(Object.keys)));
}
