import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Page {
  /** Path from the root of the project. */
  readonly path: string;
  readonly text: string;
  /** The text without blocks of code. */
  readonly prose: string;
  /** Anchors of the headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
}

export function parsePage(path: string, text: string): Page {
  const prose = text.replaceAll(/^```[^\n]*\n.*?^```$/gms, '');
  const headings = [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
  return { path, text, prose, anchors: new Set(headings) };
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

export function readPages(root: string): Page[] {
  return globSync('**/*.md', { cwd: root, exclude: (name) => name === 'node_modules' || name === '.data' })
    .sort()
    .map((path) => parsePage(path, readFileSync(join(root, path), 'utf8')));
}
