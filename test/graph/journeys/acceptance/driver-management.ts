import { expect } from '@jest/globals';
import type { DefineStep } from './steps.ts';
import type { Crew, Terminal } from './terminal.ts';

interface Roster {
  readonly drivers: { readonly nodes: readonly object[] };
}

export function driverManagement(step: DefineStep, terminal: () => Terminal): void {
  let ben: Crew;

  step(
    'an administrator adds a vehicle, and a driver who can sign in',
    ['RegisterVehicle', 'RegisterAccount', 'RegisterDriver'],
    async () => {
      ben = await terminal().hire('Ben');
    },
  );

  step('the driver starts a shift, and the roster shows who is on duty', ['StartShift', 'DriverRoster'], async () => {
    await ben.user.run('StartShift', { driverId: ben.driverId, vehicleId: ben.vehicleId });
    const onDuty = { onShift: true, name: ben.name };
    const { drivers } = await terminal().admin.read<Roster>('DriverRoster', { drivers: onDuty });
    expect(drivers.nodes).toMatchObject([{ id: ben.driverId, openShift: { vehicle: { plate: 'AK Ben' } } }]);
  });

  step('the page of the driver shows score, deliveries and utilization', ['DriverProfile'], async () => {
    const { driver } = await terminal().dispatcher.read<{ driver: object }>('DriverProfile', {
      driverId: ben.driverId,
    });
    expect(driver).toMatchObject({ name: 'Ben', active: true, allTime: { points: 0 }, deliveries: { nodes: [] } });
  });

  step('a dispatcher assigns the driver, who sees the load', ['AssignShipment', 'DriverDay'], async () => {
    const { id: shipmentId, reference } = await terminal().book('by-hand', 300);
    const { driverId, vehicleId } = ben;
    const input = { shipmentId, driverId, vehicleId, idempotencyKey: 'terminal-by-hand' };
    const { assignment } = await terminal().dispatcher.run<{ assignment: object }>('AssignShipment', input);
    expect(assignment).toMatchObject({ state: 'ACTIVE', driver: { id: driverId }, vehicle: { id: vehicleId } });
    const { viewer } = await ben.user.read<{ viewer: object }>('DriverDay');
    expect(viewer).toMatchObject({ driver: { assignments: { nodes: [{ shipment: { reference } }] } } });
  });

  step('the driver ends the shift', ['EndShift'], async () => {
    const { shift } = await ben.user.run<{ shift: object }>('EndShift', { driverId: ben.driverId });
    expect(shift).toMatchObject({ endedAt: expect.any(String) });
  });
}
