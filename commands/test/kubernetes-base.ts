import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkManifests } from '../check-deploy/kubernetes/find-kubernetes-faults.ts';
import type { KubernetesObject } from '../check-deploy/kubernetes/kubernetes-object.ts';
import { parseManifests } from '../check-deploy/kubernetes/parse-manifests.ts';
import { readEdges } from '../k8s/edges.ts';

export const project = join(import.meta.dirname, '../..');
export const edges = readEdges(join(project, 'k8s/edges.yaml'));

const kustomization = z.object({
  resources: z.array(z.string()),
  configMapGenerator: z
    .array(
      z.object({ name: z.string(), literals: z.array(z.string()).default([]), files: z.array(z.string()).default([]) }),
    )
    .default([]),
});

/** The objects of a folder, as kubectl would render them for a release, but for the hashes in names. `test:ops` renders the overlays with kubectl. */
function readObjects(folder: string): readonly KubernetesObject[] {
  const read = (file: string) =>
    readFileSync(join(project, folder, file), 'utf8').replaceAll(/(image: infamous-freight)$/gm, '$1:1.0.0');
  const { resources, configMapGenerator } = kustomization.parse(parse(read('kustomization.yaml')));
  const maps = configMapGenerator.map(({ name, literals, files }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: Object.fromEntries([
      ...literals.map((literal) => [literal.split('=')[0], literal.slice(literal.indexOf('=') + 1)]),
      ...files.map((file) => [file, read(file)]),
    ]),
  }));
  const found = resources.flatMap((path) =>
    path.endsWith('.yaml') ? parseManifests(read(path), path) : readObjects(join(folder, path)),
  );
  return [...maps, ...found].map((object) => ({ ...object, metadata: { namespace: 'freight', ...object.metadata } }));
}

/** The base of all overlays, with the parts that those of production have. */
export const base = ['k8s/base', 'k8s/components/monitoring', 'k8s/components/restore-test'].flatMap(readObjects);

export const findingsOf = (objects: readonly KubernetesObject[]): readonly string[] =>
  checkManifests({ folder: 'base', objects }, edges).map(({ at, says }) => `${at}: ${says}`);

/** What is found when a text of one object changes. */
export function findingsWith(kind: string, name: string, before: string, after: string): readonly string[] {
  return findingsWithObject(kind, name, (object) => {
    const text = JSON.stringify(object);
    expect(text).toContain(before);
    return [JSON.parse(text.replaceAll(before, after))];
  });
}

/** What is found when a field of one object, such as `spec.ports.0.port`, has another value, or none. */
const findingsWithField = (kind: string, name: string, path: string, value: unknown): readonly string[] =>
  findingsWithObject(kind, name, (object) => [setField(object, path, value)]);

/** What is found without an object. */
export const findingsWithout = (kind: string, name: string): readonly string[] =>
  findingsWithObject(kind, name, () => []);

/** What is found with one more object, from a text in YAML. */
export const findingsWithMore = (text: string): readonly string[] =>
  findingsOf([...base, ...parseManifests(text, 'more')]);

function findingsWithObject(
  kind: string,
  name: string,
  change: (object: KubernetesObject) => readonly KubernetesObject[],
): readonly string[] {
  const isMeant = (object: KubernetesObject) => object.kind === kind && object.metadata.name === name;
  expect(base.filter(isMeant)).toHaveLength(1);
  return findingsOf(base.flatMap((object) => (isMeant(object) ? change(object) : [object])));
}

/** A copy of an object with another value of a field; `undefined` removes it. Names with dots have `~` instead. */
export function setField(object: KubernetesObject, path: string, value: unknown): KubernetesObject {
  const copy: KubernetesObject = structuredClone(object);
  const names = path.split('.').map((name) => name.replaceAll('~', '.'));
  const last = names.pop() ?? '';
  let place: unknown = copy;
  for (const name of names) place = Reflect.get(Object(place), name);
  const parent = Object(place);
  if (Array.isArray(parent) && value === undefined) parent.splice(Number(last), 1);
  else if (value === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, value);
  return copy;
}

/** A field of one object, another value of it, and what is found then. */
export type FieldRow = readonly [
  title: string,
  kind: string,
  name: string,
  path: string,
  value: unknown,
  finding: unknown,
];

/** Tests one changed field after the other. */
export const testFields = (rows: readonly FieldRow[]): void =>
  test.each(rows)('%s', (_title, kind, name, path, value, finding) => {
    expect(findingsWithField(kind, name, path, value)).toContainEqual(finding);
  });
