import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const parts = ['commands', 'gateway', 'subgraphs', 'client', 'schema', 'demo', 'supergraph.yaml'];

/** Copies what the processes of the product need into a new folder, as another version. @returns the folder */
export function copyProduct(project: string, folder: string, version: string): string {
  mkdirSync(folder, { recursive: true });
  for (const part of parts) cpSync(join(project, part), join(folder, part), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  const written = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...written, version }));
  return folder;
}
