import { z } from 'zod';

/** Objects without a package of models, as far as this project uses them. */

const compressed = { compression: z.enum(['gzip', 'bzip2', 'snappy']), encryption: z.enum(['AES256', 'aws:kms']) };

const metadata = z.strictObject({ name: z.string(), namespace: z.string().optional() });

/** Barman Cloud plugin of CloudNativePG: where backups are. */
export const objectStore = z.strictObject({
  apiVersion: z.literal('barmancloud.cnpg.io/v1'),
  kind: z.literal('ObjectStore'),
  metadata,
  spec: z.strictObject({
    retentionPolicy: z.string().regex(/^(?:[3-9]\d|[1-9]\d{2,})d$/, '30d or more is required'),
    configuration: z.strictObject({
      destinationPath: z.string().startsWith('s3://'),
      s3Credentials: z.strictObject({ inheritFromIAMRole: z.literal(true) }),
      data: z.strictObject({ ...compressed, jobs: z.int().min(1) }),
      wal: z.strictObject({ ...compressed, maxParallel: z.int().min(1) }),
    }),
  }),
});

/** Envoy Gateway: what the standard Gateway cannot say about its clients. */
export const clientTrafficPolicy = z.strictObject({
  apiVersion: z.literal('gateway.envoyproxy.io/v1alpha1'),
  kind: z.literal('ClientTrafficPolicy'),
  metadata,
  spec: z.strictObject({
    targetRefs: z.array(
      z.strictObject({ group: z.literal('gateway.networking.k8s.io'), kind: z.literal('Gateway'), name: z.string() }),
    ),
    tls: z.strictObject({ minVersion: z.literal('1.3') }),
    clientIPDetection: z.strictObject({ xForwardedFor: z.strictObject({ numTrustedHops: z.literal(1) }) }),
    headers: z.strictObject({ earlyRequestHeaders: z.strictObject({ remove: z.array(z.string()) }) }),
  }),
});

/** The header in which the CDN sends its key to the edge. */
export const cdnKeyHeader = 'x-cdn-key';

/** Envoy Gateway: who may send requests to a listener. */
export const securityPolicy = z.strictObject({
  apiVersion: z.literal('gateway.envoyproxy.io/v1alpha1'),
  kind: z.literal('SecurityPolicy'),
  metadata,
  spec: z.strictObject({
    targetRefs: z.array(
      z.strictObject({
        group: z.literal('gateway.networking.k8s.io'),
        kind: z.literal('Gateway'),
        name: z.string(),
        sectionName: z.string(),
      }),
    ),
    apiKeyAuth: z.strictObject({
      credentialRefs: z.array(z.strictObject({ kind: z.literal('Secret'), name: z.string() })).min(1),
      extractFrom: z.tuple([z.strictObject({ headers: z.tuple([z.literal(cdnKeyHeader)]) })]),
      sanitize: z.literal(true),
    }),
  }),
});

/** cert-manager: an issuer that needs no authority. */
export const clusterIssuer = z.strictObject({
  apiVersion: z.literal('cert-manager.io/v1'),
  kind: z.literal('ClusterIssuer'),
  metadata,
  spec: z.strictObject({ selfSigned: z.strictObject({}) }),
});

export const ownSchemas: readonly z.ZodObject<{ apiVersion: z.ZodLiteral<string>; kind: z.ZodLiteral<string> }>[] = [
  objectStore,
  clientTrafficPolicy,
  securityPolicy,
  clusterIssuer,
];
