import { z } from 'zod';
import { parseData } from '../../client/data.ts';
import type { GraphClient } from '../../client/graph-client.ts';

const place = z.object({ latitude: z.number(), longitude: z.number() });

const shipment = z.object({
  id: z.string(),
  status: z.enum(['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY']),
  pickedUpAt: z.coerce.date().nullable(),
  distanceMeters: z.number().nullable(),
  vehicle: z.object({ id: z.string() }).nullable(),
  stops: z.array(z.object({ location: place.nullable() })),
  position: z.object({ location: place }).nullish(),
});

const page = z.object({
  shipments: z.object({
    nodes: z.array(shipment),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

const query = `query SimulatorLoads($after: String) {
  shipments(filter: { statuses: [PICKED_UP, IN_TRANSIT, OUT_FOR_DELIVERY] }, first: 50, after: $after) {
    nodes {
      id status pickedUpAt distanceMeters
      vehicle { id }
      stops { location { latitude longitude } }
      position { location { latitude longitude } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

type Point = z.infer<typeof place>;
type Page = z.infer<typeof page>;

/** A load on the road, for a simulated truck. */
export interface OpenLoad {
  readonly shipmentId: string;
  readonly vehicleId: string;
  readonly status: 'PICKED_UP' | 'IN_TRANSIT' | 'OUT_FOR_DELIVERY';
  readonly pickedUpAt: Date | null;
  readonly stops: readonly Point[];
  readonly roadMeters: number | null;
  /** The last reported place. Null without a report, or while tracking is down. */
  readonly position: Point | null;
}

/** Limit of pages, above what the demo needs. */
const maxPages = 20;

/** Loads on the road that have a vehicle and known stops. */
export async function readOpenLoads(client: GraphClient): Promise<OpenLoad[]> {
  const loads: OpenLoad[] = [];
  let after: string | null = null;
  for (let turn = 0; turn < maxPages; turn++) {
    const { shipments }: Page = parseData(page, await client.send({ query, variables: { after } }));
    loads.push(...shipments.nodes.flatMap(loadOf));
    if (!shipments.pageInfo.hasNextPage) break;
    after = shipments.pageInfo.endCursor;
  }
  return loads;
}

function loadOf({ id, vehicle, stops, position, distanceMeters, ...rest }: z.infer<typeof shipment>): OpenLoad[] {
  const places = stops.flatMap(({ location }) => location ?? []);
  if (!vehicle || places.length === 0) return [];
  return [
    {
      ...rest,
      shipmentId: id,
      vehicleId: vehicle.id,
      stops: places,
      roadMeters: distanceMeters,
      position: position?.location ?? null,
    },
  ];
}
