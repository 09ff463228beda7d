import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type ShipmentStatus, shipmentStatuses } from '#shared/vocabulary.ts';
import { parseData } from '../../client/data.ts';
import type { GraphClient } from '../../client/graph-client.ts';
import { homeBaseOf, shipmentOf } from './places.ts';
import { acceptanceSamples, nextStep, type Sample } from './samples.ts';

export interface SeedOutcome {
  /** Samples by the status that they have now. */
  readonly statuses: Readonly<Partial<Record<ShipmentStatus, number>>>;
  readonly created: number;
  /** References of samples that testers have led another way. They stay as they are. */
  readonly changed: readonly string[];
}

const timeoutMs = 60_000;
const pauseMs = 200;

/** Events of the change before are still being handled. */
const passing = new Set(['RISK_PENDING', 'NOT_READY', 'ALREADY_ASSIGNED', 'NOT_BOOKED']);

const outcome = z.record(
  z.string(),
  z.looseObject({ userErrors: z.array(z.object({ code: z.string(), message: z.string() })) }),
);
const found = z.object({
  shipments: z.object({
    nodes: z.array(z.object({ id: z.string(), customerReference: z.string(), status: z.enum(shipmentStatuses) })),
  }),
});
type Found = z.infer<typeof found>['shipments']['nodes'][number];

/**
 * Creates the sample shipments of the acceptance, and leads each to its status as an administrator would. A second run continues the first
 * one and creates nothing twice.
 */
export async function seedAcceptance(
  client: GraphClient,
  samples: readonly Sample[] = acceptanceSamples(),
  now = new Date(),
): Promise<SeedOutcome> {
  const graph = graphOf(client);
  const existing = await graph.find(samples);
  const missing = samples.filter(({ reference }) => !existing.has(reference));
  if (missing.length > 0) {
    const organizationId = await graph.createOrganization();
    for (const sample of missing) await graph.createShipment(sample, organizationId, now);
  }
  for (const sample of samples) await leadTo(sample, graph);
  const ended = await graph.find(samples);
  const statuses: Partial<Record<ShipmentStatus, number>> = {};
  for (const { status } of ended.values()) statuses[status] = (statuses[status] ?? 0) + 1;
  const changed = samples.filter(({ reference, status }) => ended.get(reference)?.status !== status);
  return { statuses, created: missing.length, changed: changed.map(({ reference }) => reference) };
}

/** Takes the steps of a sample one by one. What a step causes arrives a moment later, so a refusal for this reason is tried again. */
async function leadTo(sample: Sample, graph: Graph): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const shipment = (await graph.find([sample])).get(sample.reference);
    const step = shipment && nextStep(sample, shipment.status);
    if (!shipment || !step) return;
    const refusal = await graph.take(step, shipment, sample);
    if (refusal === undefined) continue;
    if (!passing.has(refusal.code) || Date.now() > until)
      throw new Error(`${sample.reference} did not become ${step}: ${refusal.code}, ${refusal.message}`);
    await delay(pauseMs);
  }
}

interface Refusal {
  readonly code: string;
  readonly message: string;
}
type Graph = ReturnType<typeof graphOf>;

const advanceNotes: Readonly<Partial<Record<ShipmentStatus, object>>> = {
  EXCEPTION: { note: 'The trailer has a flat tyre.' },
  DELIVERED: { proofOfDelivery: { recipientName: 'Pat Receiver', photoReference: 'samples/acceptance.jpg' } },
};

/** What the samples need of the graph. */
function graphOf(client: GraphClient) {
  const run = async (field: string, type: string, selection: string, input: object) => {
    const query = `mutation Seed($input: ${type}!) { ${field}(input: $input) { ${selection} userErrors { code message } } }`;
    return parseData(outcome, await client.send({ query, variables: { input } }))[field] ?? { userErrors: [] };
  };
  const idOf = async (field: string, type: string, entity: string, input: object): Promise<string> => {
    const payload = await run(field, type, `${entity} { id }`, input);
    const { data } = z.object({ id: z.string() }).safeParse(payload[entity]);
    if (!data) throw new Error(`${field} was refused: ${payload.userErrors.map(({ message }) => message).join(' ')}`);
    return data.id;
  };
  const refusalOf = async (field: string, type: string, input: object): Promise<Refusal | undefined> =>
    (await run(field, type, '', input)).userErrors[0];

  /** The driver and the vehicle of a sample. The keys make a second registration return the first one. */
  async function hire(number: number) {
    const homeBase = homeBaseOf(number);
    const vehicleId = await idOf('registerVehicle', 'RegisterVehicleInput', 'vehicle', {
      idempotencyKey: `acceptance-vehicle-${number}`,
      plate: `ACC ${number}`,
      make: 'Kenworth T680',
      modelYear: 2025,
      equipment: 'DRY_VAN',
      maxWeightKg: 20_000,
      maxVolumeM3: 100,
      homeBase,
    });
    const driverId = await idOf('registerDriver', 'RegisterDriverInput', 'driver', {
      idempotencyKey: `acceptance-driver-${number}`,
      name: `Sample Driver ${number}`,
      phone: '+1 312 555 0100',
      licenseNumber: `ACCEPTANCE-${number}`,
      licenseClasses: ['CLASS_A'],
      equipment: ['DRY_VAN'],
      homeBase,
      usualVehicleId: vehicleId,
    });
    return { driverId, vehicleId };
  }

  return {
    async find(samples: readonly Sample[]): Promise<ReadonlyMap<string, Found>> {
      const query =
        'query Samples($references: [String!]!) { shipments(filter: { customerReferences: $references }, first: 100) { nodes { id customerReference status } } }';
      const variables = { references: samples.map(({ reference }) => reference) };
      const { shipments } = parseData(found, await client.send({ query, variables }));
      return new Map(shipments.nodes.map((node) => [node.customerReference, node]));
    },
    createOrganization: () =>
      idOf('createOrganization', 'CreateOrganizationInput', 'organization', {
        idempotencyKey: 'acceptance-organization',
        name: 'Acceptance Samples',
        tier: 'ENTERPRISE',
      }),
    createShipment: ({ reference, number, status }: Sample, organizationId: string, now: Date) =>
      idOf('createShipment', 'CreateShipmentInput', 'shipment', {
        ...shipmentOf(number, now),
        idempotencyKey: `sample-${reference}`,
        customerReference: reference,
        organizationId,
        book: status !== 'DRAFT',
      }),
    async take(step: ShipmentStatus, { id: shipmentId }: Found, { number }: Sample): Promise<Refusal | undefined> {
      if (step === 'ASSIGNED')
        return refusalOf('assignShipment', 'AssignShipmentInput', { shipmentId, ...(await hire(number)) });
      if (step === 'CANCELLED')
        return refusalOf('cancelShipment', 'CancelShipmentInput', {
          shipmentId,
          reason: 'A sample of a cancelled shipment.',
        });
      return refusalOf('advanceShipment', 'AdvanceShipmentInput', { shipmentId, to: step, ...advanceNotes[step] });
    },
  };
}
