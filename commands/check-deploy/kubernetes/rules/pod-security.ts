import { type IContainer, type ISecurityContext, Namespace } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { containersOf, type Workload, workloadsOf } from '../workloads.ts';

/**
 * The standard `restricted` of Pod Security, every control of it for Linux
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/). Two controls are stricter here: the root file system is read-only,
 * and the user is a number, so that no image chooses it.
 */
export function* checkPodSecurity(objects: readonly KubernetesObject[]): Iterable<Fault> {
  yield* checkNamespaces(objects);
  for (const workload of workloadsOf(objects)) {
    const containers = containersOf(workload).flatMap((container) =>
      [...checkContainer(container, workload)].map((says) => `container ${container.name}: ${says}`),
    );
    for (const says of [...checkPod(workload), ...containers]) yield { object: workload.object, says };
  }
}

const label = 'pod-security.kubernetes.io/enforce';

/** Kubernetes applies the standard itself to the namespaces of all pods. */
function* checkNamespaces(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const namespaces = ofKind(objects, Namespace);
  for (const object of namespaces)
    if (object.metadata.labels?.[label] !== 'restricted')
      yield { object, says: `its pods are not held to the restricted standard: set the label ${label}: restricted.` };
  const known = new Set(namespaces.map(({ metadata }) => metadata.name));
  for (const { object } of workloadsOf(objects)) {
    const { namespace = 'default' } = object.metadata;
    if (!known.has(namespace)) yield { object, says: `no Namespace ${namespace} exists` };
  }
}

const volumeKinds = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const safeSysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];

function* checkPod({ pod, annotations }: Workload): Iterable<string> {
  if (pod.hostNetwork || pod.hostPID || pod.hostIPC) yield 'it must not use namespaces of the host';
  for (const { name } of pod.securityContext?.sysctls ?? [])
    if (!safeSysctls.includes(name)) yield `the sysctl ${name} is not safe`;
  for (const volume of pod.volumes ?? []) {
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir';
    if (!volumeKinds.includes(kind)) yield `volume ${volume.name}: ${kind} is refused`;
  }
  for (const [name, value] of Object.entries(annotations))
    if (name.startsWith('container.apparmor.security.beta.kubernetes.io/') && value === 'unconfined')
      yield `the annotation ${name}: ${value} is refused`;
  yield* checkContext(pod.securityContext ?? {});
}

type Context = Pick<
  ISecurityContext,
  | 'appArmorProfile'
  | 'runAsGroup'
  | 'runAsNonRoot'
  | 'runAsUser'
  | 'seccompProfile'
  | 'seLinuxOptions'
  | 'windowsOptions'
>;

const seLinuxTypes = ['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

/** What neither a pod nor one of its containers may say. A container overrides its pod. */
function* checkContext(given: Context): Iterable<string> {
  if (given.runAsNonRoot === false) yield 'runAsNonRoot: false is refused';
  if (given.runAsUser === 0) yield 'runAsUser: 0 is refused';
  if (given.runAsGroup === 0) yield 'runAsGroup: 0 is refused';
  if (given.seccompProfile?.type === 'Unconfined') yield 'seccompProfile Unconfined is refused';
  if (given.appArmorProfile?.type === 'Unconfined') yield 'appArmorProfile Unconfined is refused';
  if (given.windowsOptions?.hostProcess) yield 'windowsOptions.hostProcess is refused';
  const { type, user, role } = given.seLinuxOptions ?? {};
  if (user || role || (type && !seLinuxTypes.includes(type)))
    yield 'seLinuxOptions other than a type of containers are refused';
}

function* checkContainer(container: IContainer, { pod }: Workload): Iterable<string> {
  const { securityContext: own = {}, ports = [] } = container;
  yield* checkContext(own);
  const { capabilities } = own;
  if (!(own.runAsNonRoot ?? pod.securityContext?.runAsNonRoot)) yield 'it may run as root: set runAsNonRoot: true.';
  if (!(own.runAsUser ?? pod.securityContext?.runAsUser))
    yield 'its user is root or left to the image: set a runAsUser other than 0.';
  if (!(own.seccompProfile ?? pod.securityContext?.seccompProfile))
    yield 'it may call everything of the kernel: set seccompProfile RuntimeDefault.';
  if (own.privileged) yield 'it must not be privileged';
  if (own.allowPrivilegeEscalation !== false)
    yield 'its processes may gain rights: set allowPrivilegeEscalation: false.';
  if (!own.readOnlyRootFilesystem) yield 'its root file system can be written: set readOnlyRootFilesystem: true.';
  if (!capabilities?.drop?.includes('ALL'))
    yield 'it keeps capabilities that it does not need: set capabilities.drop: [ALL].';
  for (const added of capabilities?.add ?? [])
    if (added !== 'NET_BIND_SERVICE') yield `capabilities.add: ${added} is refused`;
  if (own.procMount && own.procMount !== 'Default') yield `procMount: ${own.procMount} is refused`;
  for (const { hostPort } of ports) if (hostPort) yield `hostPort: ${hostPort} is refused`;
  if (handlersOf(container).some(({ httpGet, tcpSocket }) => httpGet?.host || tcpSocket?.host))
    yield 'a probe or hook with a host of its own is refused';
}

/** What the kubelet calls in a container. */
function handlersOf({ startupProbe, livenessProbe, readinessProbe, lifecycle }: IContainer) {
  const handlers = [startupProbe, livenessProbe, readinessProbe, lifecycle?.preStop, lifecycle?.postStart];
  return handlers.filter((handler) => handler !== undefined);
}
