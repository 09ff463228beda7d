import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findFaults } from '../check-deploy/find-faults.ts';
import { describeFinding } from '../check-deploy/finding.ts';

const project = join(import.meta.dirname, '../..');

/** What the checks of Docker's files read. */
const files = [
  ...['Dockerfile', '.dockerignore', 'docker-compose.yml', '.env.production.example', '.env.staging.example'],
  ...['package.json', 'package-lock.json', '.npmrc', 'supergraph.yaml', 'schema', 'client', 'commands', 'subgraphs'],
  ...['gateway', 'infra', 'monitoring', 'k8s/edges.yaml'],
];

/** One change of a file: `before` becomes `after`, where it stands first. */
export interface Change {
  readonly file: string;
  readonly before: string | RegExp;
  readonly after: string;
}

/** A copy of the project, in which an operator changes one file. */
export class ChangedProject implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'freight-deploy-'));

  constructor() {
    const isNeeded = (path: string) => !['test', 'terraform', 'node_modules'].includes(basename(path));
    for (const file of files)
      cpSync(join(project, file), join(this.#folder, file), { recursive: true, filter: isNeeded });
  }

  /** @returns what is found with the change. @throws Error if the file has nothing to change */
  async findingsWith({ file, before, after }: Change): Promise<readonly string[]> {
    const text = readFileSync(join(project, file), 'utf8');
    const changed = text.replace(before, () => after);
    if (changed === text) throw new Error(`${file} has no "${before}".`);
    writeFileSync(join(this.#folder, file), changed);
    try {
      return (await findFaults(this.#folder)).map(describeFinding);
    } finally {
      writeFileSync(join(this.#folder, file), text);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

type Row = readonly [title: string, before: string | RegExp, after: string, expected: string];

/** Tests that each change of a file is found. */
export function testChanges(file: string, rows: readonly Row[]): void {
  let changed: ChangedProject;
  beforeAll(() => {
    changed = new ChangedProject();
  });
  afterAll(() => changed[Symbol.dispose]());

  test.each(rows)('%s', async (_title, before, after, expected) => {
    expect(await changed.findingsWith({ file, before, after })).toContain(expected);
  });
}
