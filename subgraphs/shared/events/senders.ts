import { roleName } from '../database/provision.ts';
import type { EventName, EventPayload } from './topics.ts';

/** The part of the name of an event before the dot. */
type Subject = EventName extends `${infer S}.${string}` ? S : never;

/** The subgraph that sends the events about each subject. Every subgraph sends audit facts, and only its own. */
const senderOf: Readonly<Record<Exclude<Subject, 'audit'>, string>> = {
  organization: 'access',
  account: 'access',
  apiKey: 'access',
  shipment: 'shipments',
  driver: 'fleet',
  vehicle: 'fleet',
  shift: 'fleet',
  assignment: 'fleet',
  incident: 'fleet',
  vehicles: 'tracking',
  arrivals: 'tracking',
  quote: 'pricing',
  invoice: 'pricing',
  payment: 'pricing',
  risk: 'risk',
};

/** The role that sends an event. The database records the role that sent it. */
export function roleOfSender<N extends EventName>(name: N, payload: EventPayload<N>): string {
  if ('facts' in payload) return roleName(payload.subgraph);
  // A name begins with its subject. Only audit records have `facts`.
  return roleName(senderOf[name.split('.')[0] as Exclude<Subject, 'audit'>]);
}
