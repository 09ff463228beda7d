import { ExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import type { IContainer, IEnvVar } from 'kubernetes-models/v1';
import { ConfigMap } from 'kubernetes-models/v1';
import { type KubernetesObject, ofKind } from './kubernetes-object.ts';

/** An environment variable of a container. The value of a secret is not known, nor the names in a Secret that operators create. */
export interface Variable {
  readonly name: string;
  readonly value?: string | undefined;
  readonly source: 'value' | 'config' | 'secret' | 'unknown';
}

/** Everything that a container finds in its environment. */
export function environmentOf(container: IContainer, objects: readonly KubernetesObject[]): readonly Variable[] {
  const { env = [], envFrom = [] } = container;
  return [
    ...env.map((variable) => readVariable(variable, objects)),
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      ...(configMapRef ? readConfigMap(configMapRef.name, objects) : []),
      ...(secretRef ? readSecret(secretRef.name, objects) : []),
    ]),
  ];
}

function readVariable({ name, value, valueFrom }: IEnvVar, objects: readonly KubernetesObject[]): Variable {
  const { configMapKeyRef: config, secretKeyRef: secret } = valueFrom ?? {};
  if (secret) return { name, source: 'secret' };
  if (!config) return { name, value: value ?? '', source: 'value' };
  const found = readConfigMap(config.name, objects).find((variable) => variable.name === config.key);
  return { name, value: found?.value, source: 'config' };
}

function readConfigMap(name: string | undefined, objects: readonly KubernetesObject[]): readonly Variable[] {
  const map = ofKind(objects, ConfigMap).find(({ metadata }) => metadata.name === name);
  return Object.entries(map?.data ?? {}).map(([key, value]) => ({ name: key, value, source: 'config' }));
}

function readSecret(name: string | undefined, objects: readonly KubernetesObject[]): readonly Variable[] {
  const secret = ofKind(objects, ExternalSecret).find(({ spec }) => spec?.target?.name === name);
  if (!secret) return [{ name: `secret ${name}`, source: 'unknown' }];
  return (secret.spec?.data ?? []).map(({ secretKey }) => ({ name: secretKey, source: 'secret' }));
}
