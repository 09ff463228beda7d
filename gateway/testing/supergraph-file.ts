import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A supergraph in a temporary folder. Disposing removes the folder. */
export interface SupergraphFile extends Disposable {
  readonly path: string;
  /** Replaces the file in one step, as a deployment does. */
  replace(sdl: string): void;
}

export function writeSupergraph(sdl: string): SupergraphFile {
  const folder = mkdtempSync(join(tmpdir(), 'freight-supergraph-'));
  const path = join(folder, 'supergraph.graphql');
  writeFileSync(path, sdl);
  return {
    path,
    replace(next) {
      writeFileSync(`${path}.next`, next);
      renameSync(`${path}.next`, path);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
