import { needs } from '#shared/runtime/config.ts';
import { type KubernetesObject, kubernetesObject } from '../../check-deploy/kubernetes/kubernetes-object.ts';
import { deployedProcesses } from '../../k8s/deployed-process.ts';
import { productImage } from '../../k8s/labels.ts';

/** The label by which the objects of the next set are found. */
export const nextLabel = { 'freight.release': 'next' } as const;
export const nextName = (name: string): string => `next-${name}`;

/** Kinds that every process has of its own. Accounts, secrets and settings are those of the standing set. */
const ownKinds = ['Deployment', 'Service', 'HorizontalPodAutoscaler', 'PodDisruptionBudget', 'ServiceMonitor'];

export const processNames = (): readonly string[] => deployedProcesses().map(({ name }) => name);

/**
 * A second set of the product's processes, under other names: it has connections of its own to itself, and the same to database and Redis.
 * @param objects what the overlay renders
 */
export function nextObjects(objects: readonly KubernetesObject[], version: string): readonly KubernetesObject[] {
  const names = new Set(processNames());
  const isOwn = ({ kind, metadata }: KubernetesObject) => ownKinds.includes(kind) && names.has(metadata.name);
  const isPolicy = (object: KubernetesObject) => object.kind === 'NetworkPolicy' && namesOneOf(object, names);
  return objects.filter((object) => isOwn(object) || isPolicy(object)).map((object) => rename(object, names, version));
}

const nameLabel = 'app.kubernetes.io/name';

const namesOneOf = (object: KubernetesObject, names: ReadonlySet<string>): boolean =>
  [...names].some((name) => JSON.stringify(object).includes(`"${nameLabel}":"${name}"`));

function rename(object: KubernetesObject, names: ReadonlySet<string>, version: string): KubernetesObject {
  const renamed = kubernetesObject.parse(walk(object, '', names, version));
  const labels = 'labels' in renamed.metadata ? renamed.metadata.labels : undefined;
  const metadata = {
    ...renamed.metadata,
    name: nextName(object.metadata.name),
    labels: Object.assign({}, labels, nextLabel),
  };
  return { ...renamed, metadata };
}

/** The object with another version of the product's image. */
export const ofVersion = (object: KubernetesObject, version: string): KubernetesObject =>
  kubernetesObject.parse(walk(object, '', new Set(), version));

/** Replaces names in labels and selectors, in addresses, and in what an autoscaler scales; and the version of the image. */
function walk(value: unknown, key: string, names: ReadonlySet<string>, version: string): unknown {
  if (Array.isArray(value)) return value.map((one) => walk(one, '', names, version));
  if (typeof value === 'object' && value !== null) {
    if (key === 'scaleTargetRef' && 'name' in value) return { ...value, name: nextName(String(value.name)) };
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, name, names, version)]));
  }
  if (typeof value !== 'string') return value;
  if (key === nameLabel) return names.has(value) ? nextName(value) : value;
  if (key === 'image') return withVersion(value, version);
  return value.replace(/^http:\/\/([\w-]+)(?=[:/])/, (address, host: string) =>
    names.has(host) ? `http://${nextName(host)}` : address,
  );
}

/** @throws ConfigurationError for an image that is not the product's */
export function withVersion(image: string, version: string): string {
  const [, name] = /^(.+?)(?::[^:/]*)?$/.exec(image) ?? [];
  if (!name) throw needs(productImage, 'the name of an image', image);
  return `${name}:${version}`;
}
