import { expect } from '@jest/globals';
import type { Payload } from '../../users.ts';
import { codesOf, type Move } from './shapes.ts';
import type { DefineStep } from './steps.ts';
import { advance, type Crew, type Load, reportPosition, type Terminal } from './terminal.ts';

interface Best extends Payload {
  readonly results: readonly {
    readonly driver: { readonly id: string } | null;
    readonly userErrors: Payload['userErrors'];
  }[];
}

interface Board {
  readonly shipments: { readonly nodes: readonly Load[] };
}

interface Desk {
  readonly recommendations: { readonly recommendations: readonly object[]; readonly excluded: readonly object[] };
}

export function dispatchAndTracking(step: DefineStep, terminal: () => Terminal): void {
  const loads: Load[] = [];
  const idsOf = (shipments: readonly Load[]) => shipments.map(({ id }) => id).toSorted();
  let crew: Crew;

  step('a dispatcher sees which loads wait, and who can carry one', ['ShipmentBoard', 'AssignmentDesk'], async () => {
    for (const key of ['first', 'second', 'third']) loads.push(await terminal().book(key, 2));
    const { dispatcher } = terminal();
    const filter = { statuses: ['BOOKED'], origin: { city: 'anchorage' } };
    const { shipments } = await dispatcher.read<Board>('ShipmentBoard', { filter });
    expect(idsOf(shipments.nodes)).toEqual(idsOf(loads));
    const desk = await dispatcher.read<Desk>('AssignmentDesk', { bookedShipmentId: loads[0]?.id });
    expect(desk.recommendations.recommendations).toHaveLength(terminal().crews.length);
    expect(desk.recommendations.excluded).toContainEqual(expect.objectContaining({ reason: 'TOO_FAR' }));
  });

  step('a dry run shows that two drivers cannot carry three loads', ['AssignBest'], async () => {
    const input = { shipmentIds: loads.map(({ id }) => id), dryRun: true };
    const { results } = await terminal().dispatcher.tryTo<Best>('AssignBest', input);
    expect(results.flatMap(codesOf)).toEqual(['NOBODY_FREE']);
  });

  step('two loads get the best drivers at once', ['AssignBest'], async () => {
    const shipmentIds = loads.slice(0, 2).map(({ id }) => id);
    const input = { shipmentIds, idempotencyKey: 'terminal-assign-best' };
    const { results } = await terminal().dispatcher.run<Best>('AssignBest', input);
    const drivers = results.map(({ driver }) => driver?.id);
    expect(drivers.toSorted()).toEqual(
      terminal()
        .crews.map(({ driverId }) => driverId)
        .toSorted(),
    );
    crew = terminal().crews.find(({ driverId }) => driverId === drivers[0])!;
  });

  step(
    'the dispatcher follows the vehicle, whose driver reports positions',
    ['WatchVehicles', 'ReportPositions'],
    async () => {
      const moves = await terminal().dispatcher.watch<Move>('WatchVehicles', { ids: [crew.vehicleId] });
      const location = JSON.stringify(await reportPosition(crew, 40));
      await moves.next(({ vehicleMoved }) => JSON.stringify(vehicleMoved.position.location) === location);
    },
  );

  step(
    'the driver takes the load to its destination and confirms the delivery with a proof',
    Array.from({ length: 4 }, () => 'AdvanceShipment'),
    async () => {
      const [load] = loads;
      for (const to of ['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY']) await advance(crew, load!, to);
      const proofOfDelivery = { recipientName: 'R. Dock', signatureReference: 'SIG-77' };
      await advance(crew, load!, 'DELIVERED', { proofOfDelivery });
    },
  );

  step('the customer finds the proof by the reference on the papers', ['TrackShipment'], async () => {
    const { reference } = loads[0]!;
    const { shipmentByReference } = await terminal().customer.read<{ shipmentByReference: object }>('TrackShipment', {
      reference: reference.toLowerCase(),
    });
    expect(shipmentByReference).toMatchObject({ status: 'DELIVERED', proofOfDelivery: { recipientName: 'R. Dock' } });
  });
}
