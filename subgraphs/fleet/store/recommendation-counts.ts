import { LRUCache } from 'lru-cache';
import { Counter } from 'prom-client';
import type { Ranked } from './recommendations.ts';

const confidences = ['high', 'medium', 'low'] as const;
type Confidence = (typeof confidences)[number];

/** How sure a recommendation is, from its total of 0 to 100. */
function confidenceOf(total: number): Confidence {
  return total >= 75 ? 'high' : total >= 50 ? 'medium' : 'low';
}

/** Shipments whose recommendations are remembered, and for how long. Dispatchers decide within minutes. */
const shown = { max: 10_000, ttl: 3_600_000 };

/** Counts the recommendations of a fleet in this process, and the assignments that follow them. */
export class RecommendationCounts {
  /** The confidence of each driver who was recommended for a shipment. */
  readonly #shown = new LRUCache<string, ReadonlyMap<string, Confidence>>(shown);
  readonly #recommendations = new Counter({
    name: 'fleet_recommendations_total',
    help: 'Answers that recommend drivers for a shipment, by the confidence of the best one: high (75 of 100 or more), medium (50 or more), low',
    labelNames: ['confidence'],
    registers: [],
  });
  readonly #assignments = new Counter({
    name: 'fleet_assignments_total',
    help: 'Assignments by origin: accepted (a driver whom this process recommended within the hour), best (made by assignBest), other',
    labelNames: ['origin'],
    registers: [],
  });
  readonly #accepted = new Counter({
    name: 'fleet_recommendations_accepted_total',
    help: 'Assignments of a driver whom this process recommended within the hour, by the confidence of the recommendation',
    labelNames: ['confidence'],
    registers: [],
  });
  readonly metrics = [this.#recommendations, this.#assignments, this.#accepted];

  constructor() {
    for (const confidence of confidences) {
      this.#recommendations.inc({ confidence }, 0);
      this.#accepted.inc({ confidence }, 0);
    }
    for (const origin of ['accepted', 'best', 'other']) this.#assignments.inc({ origin }, 0);
  }

  recommended(shipmentId: string, pairs: readonly Pick<Ranked, 'driverId' | 'total'>[]): void {
    const [best] = pairs;
    if (!best) return;
    this.#recommendations.inc({ confidence: confidenceOf(best.total) });
    this.#shown.set(shipmentId, new Map(pairs.map(({ driverId, total }) => [driverId, confidenceOf(total)])));
  }

  /** A dispatcher has assigned a driver. */
  assigned(shipmentId: string, driverId: string): void {
    const confidence = this.#shown.get(shipmentId)?.get(driverId);
    this.#assignments.inc({ origin: confidence ? 'accepted' : 'other' });
    if (confidence) this.#accepted.inc({ confidence });
  }

  assignedBest(assignments: number): void {
    this.#assignments.inc({ origin: 'best' }, assignments);
  }
}
