import { z } from 'zod';

/** What every object of Kubernetes has. Its model knows the rest. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
}

export const kubernetesObject: z.ZodType<KubernetesObject> = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

interface Model<T> {
  is(value: unknown): value is T;
}

/** The objects of one kind. They must have been compared with its model. */
export const ofKind = <T>(objects: readonly KubernetesObject[], model: Model<T>): readonly (KubernetesObject & T)[] =>
  objects.flatMap((object) => (model.is(object) ? [object] : []));

/** The objects of one overlay. */
export interface Manifests {
  /** Path of the overlay from the root of the project. */
  readonly folder: string;
  readonly objects: readonly KubernetesObject[];
}

/** A fault of an object. */
export interface Fault {
  readonly object: KubernetesObject;
  readonly says: string;
}

export const describeObject = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`;
