import { defineEntity, p } from '@mikro-orm/core';

const amount = () => p.bigint('number').default(0);
/** The columns of `businessMeasures` in domain/facts.ts. */
const business = {
  shipmentsCreated: amount(),
  shipmentsDelivered: amount(),
  shipmentsCancelled: amount(),
  deliveredOnTime: amount(),
  transitMs: amount(),
  orderMs: amount(),
  distanceMeters: amount(),
  invoices: amount(),
  revenueCents: amount(),
  costCents: amount(),
  otherCurrencyInvoices: amount(),
  collectedCents: amount(),
  ratings: amount(),
  stars: amount(),
  promoters: amount(),
  detractors: amount(),
};

/** The company on one UTC day. */
export const CompanyDayEntity = defineEntity({
  name: 'CompanyDay',
  tableName: 'company_day',
  properties: { day: p.date().primary(), ...business },
});

/** One organization on one UTC day. */
const OrganizationDayEntity = defineEntity({
  name: 'OrganizationDay',
  tableName: 'organization_day',
  properties: { organizationId: p.uuid().primary(), day: p.date().primary(), ...business },
});

/** One driver on one UTC day. */
export const DriverDayEntity = defineEntity({
  name: 'DriverDay',
  tableName: 'driver_day',
  properties: {
    driverId: p.uuid().primary(),
    day: p.date().primary(),
    loadsCarried: amount(),
    deliveries: amount(),
    deliveredOnTime: amount(),
    ratings: amount(),
    stars: amount(),
  },
});

/** A load on a truck. Finished loads stay, so that a late event finds its load. */
export const CarriageEntity = defineEntity({
  name: 'Carriage',
  tableName: 'carriage',
  properties: {
    shipmentId: p.uuid().primary(),
    driverId: p.uuid().nullable(),
    pickedUpAt: p.datetime().nullable(),
    endedAt: p.datetime().nullable(),
  },
});

/** When an organization became a customer. */
const CustomerEntity = defineEntity({
  name: 'Customer',
  tableName: 'customer',
  properties: { organizationId: p.uuid().primary(), createdAt: p.datetime() },
});

/** Whether a driver is active from a moment on. */
export const DriverChangeEntity = defineEntity({
  name: 'DriverChange',
  tableName: 'driver_change',
  properties: {
    driverId: p.uuid().primary(),
    at: p.datetime().primary(),
    active: p.boolean(),
    hiredAt: p.datetime(),
  },
});

/** The days on which a driver is active, computed from the changes. */
export const DriverActivityEntity = defineEntity({
  name: 'DriverActivity',
  tableName: 'driver_activity',
  properties: {
    driverId: p.uuid().primary(),
    hiredOn: p.date().nullable(),
    active: p.string().columnType('datemultirange'),
  },
});

/** All drivers together on one UTC day. */
const FleetDayEntity = defineEntity({
  name: 'FleetDay',
  tableName: 'fleet_day',
  properties: { day: p.date().primary(), hired: amount(), activated: amount(), busy: amount() },
});

export const entities = [
  CompanyDayEntity,
  OrganizationDayEntity,
  DriverDayEntity,
  CarriageEntity,
  CustomerEntity,
  DriverChangeEntity,
  DriverActivityEntity,
  FleetDayEntity,
];
