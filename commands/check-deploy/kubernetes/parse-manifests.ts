import { parseAllDocuments } from 'yaml';
import { ConfigurationError, parseGiven } from '#shared/runtime/config.ts';
import { type KubernetesObject, kubernetesObject } from './kubernetes-object.ts';

/** Reads the objects of a text as Kubernetes does: YAML 1.1. @throws ConfigurationError for something that is no object */
export function parseManifests(text: string, origin: string): readonly KubernetesObject[] {
  return parseAllDocuments(text, { version: '1.1', merge: true }).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new ConfigurationError(`${origin}: ${error.message}`);
    const data: unknown = document.toJS();
    if (data === null) return [];
    return [parseGiven(kubernetesObject, data, origin)];
  });
}
