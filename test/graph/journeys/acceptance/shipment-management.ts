import { expect } from '@jest/globals';
import type { Move, Saved, Shipment, Update } from './shapes.ts';
import type { DefineStep } from './steps.ts';
import { advance, loadFrom, reportPosition, type Terminal } from './terminal.ts';

export function shipmentManagement(step: DefineStep, terminal: () => Terminal): void {
  let booked: Shipment;

  step('a customer creates and books a load', ['CreateShipment'], async () => {
    const { shipment } = await terminal().customer.run<Saved>('CreateShipment', loadFrom('managed', 30));
    expect(shipment).toMatchObject({ status: 'BOOKED', reference: expect.stringMatching(/^IF-/) });
    booked = shipment;
  });

  step('the customer changes it', ['UpdateShipment'], async () => {
    const input = { shipmentId: booked.id, expectedVersion: booked.version, notes: 'Ring at the gate' };
    const { shipment } = await terminal().customer.run<Saved>('UpdateShipment', input);
    const fields = [{ field: 'notes', before: null, after: 'Ring at the gate' }];
    expect(shipment).toMatchObject({ version: booked.version + 1, notes: 'Ring at the gate', changes: [{ fields }] });
  });

  step('the customer cancels it', ['CancelShipment'], async () => {
    const input = { shipmentId: booked.id, reason: 'Sold elsewhere' };
    const { shipment } = await terminal().customer.run<Saved>('CancelShipment', input);
    expect(shipment).toMatchObject({ status: 'CANCELLED', cancelReason: 'Sold elsewhere' });
  });

  step(
    'the customer tracks another load live, by its status and on the map, while a driver carries it',
    ['WatchShipment', 'AdvanceShipment', 'WatchVehicles', 'ReportPositions'],
    async () => {
      const { customer, crews, book, assign } = terminal();
      const ada = crews[0]!;
      const load = await book('tracked', 200);
      await assign(load, ada);
      const updates = await customer.watch<Update>('WatchShipment', { id: load.id });
      const { shipmentUpdated: current } = await updates.next(() => true);
      expect(current).toMatchObject({ status: 'ASSIGNED', vehicle: { id: ada.vehicleId } });

      await advance(ada, load, 'PICKED_UP');
      await updates.next(({ shipmentUpdated }) => shipmentUpdated.status === 'PICKED_UP');
      const moves = await customer.watch<Move>('WatchVehicles', { ids: [current.vehicle?.id] });
      const location = await reportPosition(ada, 20);
      const { vehicleMoved } = await moves.next(() => true);
      expect(vehicleMoved).toMatchObject({ vehicle: { id: ada.vehicleId }, position: { location } });
    },
  );
}
