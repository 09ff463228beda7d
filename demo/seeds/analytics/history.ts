import { type Carriage, carriageFacts, merge, unknownCarriage } from '../../../subgraphs/analytics/domain/carriage.ts';
import type { Fact, FactOf } from '../../../subgraphs/analytics/domain/facts.ts';
import { type Folded, foldFacts } from '../../../subgraphs/analytics/domain/fold.ts';

/** Facts and carriages of a whole history. */
export interface History extends Folded {
  /** By shipment. */
  readonly carriages: ReadonlyMap<string, Carriage>;
  readonly customers: readonly FactOf<'customer'>[];
  readonly driverChanges: readonly FactOf<'driverChange'>[];
}

/** Adds up the facts of a whole history. */
export function historyOf(facts: readonly Fact[]): History {
  const ofKind = <K extends Fact['kind']>(kind: K) => facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
  const carriages = new Map<string, Carriage>();
  for (const news of ofKind('carriage')) {
    carriages.set(news.shipmentId, merge(carriages.get(news.shipmentId) ?? unknownCarriage, news));
  }
  const carried = [...carriages.values()].flatMap((carriage) => carriageFacts(unknownCarriage, carriage));
  return {
    ...foldFacts([...facts, ...carried]),
    carriages,
    customers: ofKind('customer'),
    driverChanges: ofKind('driverChange'),
  };
}
