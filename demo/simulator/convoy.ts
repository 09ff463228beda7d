import type { OpenLoad } from './open-loads.ts';
import { type Report, Truck } from './truck.ts';

/** `reportPositions` accepts this many at once. */
const maxBatchSize = 500;

/** All trucks that carry open loads. */
export class Convoy {
  readonly #trucks = new Map<string, Truck>();

  get size(): number {
    return this.#trucks.size;
  }

  /** Updates the loads of trucks, adds trucks for new loads and removes those without a load. */
  assign(loads: readonly OpenLoad[], now: Date): void {
    const carrying = new Map(loads.map((load) => [load.vehicleId, load]));
    for (const vehicleId of this.#trucks.keys()) if (!carrying.has(vehicleId)) this.#trucks.delete(vehicleId);
    for (const [vehicleId, load] of carrying) {
      if (!this.#trucks.get(vehicleId)?.follow(load)) this.#trucks.set(vehicleId, new Truck(load, now));
    }
  }

  /** Moves all trucks to this moment and returns the due positions in batches. */
  advance(now: Date, speedup: number): Report[][] {
    const due: Report[] = [];
    for (const truck of this.#trucks.values()) {
      truck.drive(now, speedup);
      const report = truck.due();
      if (report) due.push(report);
    }
    return Array.from({ length: Math.ceil(due.length / maxBatchSize) }, (_, index) =>
      due.slice(index * maxBatchSize, (index + 1) * maxBatchSize),
    );
  }

  undelivered(batch: readonly Report[]): void {
    for (const { vehicleId } of batch) this.#trucks.get(vehicleId)?.undelivered();
  }
}
