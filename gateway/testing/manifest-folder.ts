import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with manifests of trusted documents. Disposing removes it. */
export interface ManifestFolder extends Disposable {
  readonly path: string;
}

/** @param documents texts with one named operation each, by client */
export function writeManifests(documents: Readonly<Record<string, readonly string[]>>): ManifestFolder {
  const path = mkdtempSync(join(tmpdir(), 'freight-manifests-'));
  for (const [client, texts] of Object.entries(documents)) {
    const operations = texts.map((body) => {
      const [, type = 'query', name] = /(query|mutation|subscription) (\w+)/.exec(body) ?? [];
      return { id: hash('sha256', body, 'hex'), name, type, body };
    });
    const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
    writeFileSync(join(path, `${client}.json`), JSON.stringify(manifest));
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
