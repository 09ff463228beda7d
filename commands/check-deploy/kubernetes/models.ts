import { VerticalPodAutoscaler } from '@kubernetes-models/autoscaler/autoscaling.k8s.io/v1';
import { Cluster, ScheduledBackup } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import { ExternalSecret, SecretStore } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import { Gateway, GatewayClass, HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { Probe, PrometheusRule, ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { AlertmanagerConfig } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { CronJob, Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { StorageClass } from 'kubernetes-models/storage.k8s.io/v1';
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import type { z } from 'zod';
import { errorMessage } from '#shared/errors/error-code.ts';
import { wordFault, wordIssue } from '#shared/runtime/word-issue.ts';
import { describeObject, type Fault, type KubernetesObject } from './kubernetes-object.ts';
import { ownSchemas } from './own-schemas.ts';
import { findUnknownFields } from './unknown-fields.ts';

interface ModelClass {
  readonly apiVersion: string;
  readonly kind: string;
  new (data: never): { validate(): void };
}

const models: readonly ModelClass[] = [
  AlertmanagerConfig,
  Cluster,
  ConfigMap,
  CronJob,
  Deployment,
  ExternalSecret,
  Gateway,
  GatewayClass,
  HorizontalPodAutoscaler,
  HTTPRoute,
  Job,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Probe,
  PrometheusRule,
  Role,
  RoleBinding,
  ScheduledBackup,
  Secret,
  SecretStore,
  Service,
  ServiceAccount,
  ServiceMonitor,
  StatefulSet,
  StorageClass,
  VerticalPodAutoscaler,
];

/** Compares an object with the model of its kind: types, required fields, allowed values, and fields that the model does not have. */
export function checkModel(object: KubernetesObject): readonly Fault[] {
  const isSame = (one: { apiVersion: unknown; kind: unknown }) =>
    one.apiVersion === object.apiVersion && one.kind === object.kind;
  const schema = ownSchemas.find(({ shape }) => isSame({ apiVersion: shape.apiVersion.value, kind: shape.kind.value }));
  const model = models.find(isSame);
  const faults = schema ? checkSchema(schema, object) : model ? checkAgainst(model, object) : undefined;
  if (!faults) return [{ object, says: `no model is known of ${object.apiVersion} ${object.kind}` }];
  return faults.map((says) => ({ object, says }));
}

function checkSchema(schema: z.ZodType, object: KubernetesObject): readonly string[] {
  const parsed = schema.safeParse(object, { error: wordIssue });
  return parsed.success ? [] : parsed.error.issues.map(wordFault);
}

/** Validators of the models leave out fields of this name, which is also a keyword of their schemas. */
const lostField = '.description';

function checkAgainst(Model: ModelClass, object: KubernetesObject): readonly string[] {
  // The constructor accepts the data of one kind, which only its validator can prove.
  const instance = new Model(object as never);
  try {
    const unknown = findUnknownFields(instance, (watched) => watched.validate());
    return unknown
      .filter((field) => !field.endsWith(lostField))
      .map((field) => `${field} is no field of ${describeObject(object)}`);
  } catch (error) {
    return [errorMessage(error)];
  }
}
