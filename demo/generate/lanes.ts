import { transitMs } from '#shared/geo/hours-of-service.ts';
import { roadMeters } from '#shared/geo/road.ts';
import type { Hub, Lane } from '../world.ts';
import type { Mint } from './identifiers.ts';
import { type Cumulative, cumulate, type Random } from './random.ts';

/** A lane with the indexes of its hubs. `shipmentsPerMonth` is set when shipments are planned. */
export interface LanePlan {
  readonly index: number;
  readonly origin: number;
  readonly destination: number;
  readonly lane: Omit<Lane, 'shipmentsPerMonth'>;
  /** A lane with hardly any shipments. */
  readonly rare: boolean;
}

export interface Network {
  readonly hubs: readonly Hub[];
  readonly lanes: readonly LanePlan[];
  /** For drawing a lane in proportion to its weight. */
  readonly laneWeights: Cumulative;
  /** Lanes with the fewest shipments first. */
  readonly rareLanes: readonly LanePlan[];
  /** Road metres between two hubs, by their indexes in `hubs`. */
  distanceMeters(from: number, to: number): number;
}

const COMMON_LANES_PER_HUB = 9;
const RARE_LANES_PER_HUB = 2;

/** Lanes by a gravity model: volume of both hubs over distance. Each hub has its strongest partners and a few random ones. */
export function createNetwork(hubs: readonly Hub[], foundedAtMs: number, random: Random, mint: Mint): Network {
  const distances = hubs.map((from) => hubs.map((to) => roadMeters(from, to)));
  const distanceMeters = (from: number, to: number): number => distances[from]?.[to] ?? 0;
  const drafts = hubs.flatMap((_, origin) => lanesFrom(origin, hubs, distanceMeters, random));
  const total = drafts.reduce((sum, draft) => sum + draft.weight, 0);
  const lanes = drafts.map(({ origin, destination, weight, rare }, index): LanePlan => {
    const distance = distanceMeters(origin, destination);
    const lane = {
      id: mint<'Lane'>(foundedAtMs),
      originHubId: hubs[origin]!.id,
      destinationHubId: hubs[destination]!.id,
      weight: weight / total,
      distanceMeters: distance,
      typicalTransitSeconds: Math.round(transitMs(distance) / 1000),
    };
    return { index, origin, destination, lane, rare };
  });
  return {
    hubs,
    lanes,
    laneWeights: cumulate(lanes.map(({ lane }) => lane.weight)),
    rareLanes: lanes.filter(({ rare }) => rare).sort((left, right) => left.lane.weight - right.lane.weight),
    distanceMeters,
  };
}

interface LaneDraft {
  readonly origin: number;
  readonly destination: number;
  readonly weight: number;
  readonly rare: boolean;
}

function lanesFrom(
  origin: number,
  hubs: readonly Hub[],
  distanceMeters: (from: number, to: number) => number,
  random: Random,
): LaneDraft[] {
  const pulls = hubs
    .map((hub, destination) => {
      const kilometers = distanceMeters(origin, destination) / 1000;
      const volume = hubs[origin]!.weight * hub.weight;
      return { destination, pull: (volume / (kilometers + 150) ** 1.25) * Math.exp(0.45 * random.normal()) };
    })
    .filter(({ destination }) => destination !== origin)
    .sort((left, right) => right.pull - left.pull);
  const common = pulls.slice(0, COMMON_LANES_PER_HUB);
  const others = pulls.slice(COMMON_LANES_PER_HUB);
  const odd = others.length === 0 ? [] : random.shuffled(others).slice(0, RARE_LANES_PER_HUB);
  return [
    ...common.map(({ destination, pull }) => ({ origin, destination, weight: pull, rare: false })),
    ...odd.map(({ destination, pull }) => ({ origin, destination, weight: pull * 0.02, rare: true })),
  ];
}
