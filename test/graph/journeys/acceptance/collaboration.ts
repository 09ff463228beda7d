import { expect } from '@jest/globals';
import type { Payload } from '../../users.ts';
import type { Watch } from '../../watch.ts';
import { codesOf, type Saved, type Shipment, type Update } from './shapes.ts';
import type { DefineStep } from './steps.ts';
import type { Load, Terminal } from './terminal.ts';

interface Commented extends Payload {
  readonly comment: { readonly id: string };
}

export function collaboration(step: DefineStep, terminal: () => Terminal): void {
  let load: Load;
  let version: number;
  const screens: Watch<Update>[] = [];
  const users = () => [terminal().customer, terminal().dispatcher];

  /** Each user's next message that fits. */
  const onEachScreen = (fits: (shipment: Shipment) => boolean) =>
    Promise.all(
      screens.map(
        async (screen) => (await screen.next(({ shipmentUpdated }) => fits(shipmentUpdated))).shipmentUpdated,
      ),
    );

  step('two users open the same shipment', ['WatchShipment', 'WatchShipment'], async () => {
    load = await terminal().book('shared', 400);
    version = load.version;
    for (const user of users()) screens.push(await user.watch<Update>('WatchShipment', { id: load.id }));
    expect(await onEachScreen(() => true)).toMatchObject([{ version }, { version }]);
  });

  step(
    'they save in turn, and both see every change in order, with its author',
    Array.from({ length: 4 }, () => 'UpdateShipment'),
    async () => {
      const authors: string[][] = [];
      for (const [index, user] of [...users(), ...users()].entries()) {
        const input = { shipmentId: load.id, expectedVersion: version, notes: `Note ${index}` };
        const { shipment } = await user.run<Saved>('UpdateShipment', input);
        version = shipment.version;
        // The very next message of each user: none is missing, none comes twice.
        const seen = await onEachScreen(() => true);
        expect(seen).toMatchObject([
          { version, notes: `Note ${index}`, changes: [{ version }] },
          { version, notes: `Note ${index}`, changes: [{ version }] },
        ]);
        authors.push(seen.map(({ changes }) => changes[0]!.by.name));
      }
      const [customer, dispatcher] = [authors[0]![0], authors[1]![0]];
      expect(customer).not.toBe(dispatcher);
      expect(authors).toEqual([customer, dispatcher, customer, dispatcher].map((name) => [name, name]));
    },
  );

  step(
    'of eight racing saves one wins, and the others get CONFLICT with the current state',
    Array.from({ length: 8 }, () => 'UpdateShipment'),
    async () => {
      const racers = Array.from({ length: 4 }, users).flat();
      const saves = racers.map((user, index) =>
        user.tryTo<Saved>('UpdateShipment', { shipmentId: load.id, expectedVersion: version, notes: `Racer ${index}` }),
      );
      const payloads = await Promise.all(saves);
      expect(payloads.map(codesOf).toSorted()).toEqual([[], ...Array.from({ length: 7 }, () => ['CONFLICT'])]);
      const winner = payloads.find(({ userErrors }) => userErrors.length === 0)!.shipment;
      version = winner.version;
      for (const { shipment } of payloads) expect(shipment).toMatchObject({ version, notes: winner.notes });
      expect(await onEachScreen(() => true)).toMatchObject([{ notes: winner.notes }, { notes: winner.notes }]);
    },
  );

  step(
    'a comment that is sent twice with its key appears once, for both',
    ['CommentOnShipment', 'CommentOnShipment'],
    async () => {
      const input = { shipmentId: load.id, body: 'The gate opens at six.', idempotencyKey: 'terminal-comment' };
      const { comment } = await terminal().dispatcher.run<Commented>('CommentOnShipment', input);
      const repeated = await terminal().dispatcher.run<Commented>('CommentOnShipment', input);
      expect(repeated.comment.id).toBe(comment.id);
      const seen = await onEachScreen(({ comments }) => comments.nodes.length > 0);
      expect(seen.map(({ comments }) => comments.nodes[0])).toMatchObject([{ id: comment.id }, { id: comment.id }]);
    },
  );

  step('an internal comment reaches staff alone', ['CommentOnShipment', 'CommentOnShipment'], async () => {
    const { customer, dispatcher } = terminal();
    const internal = { shipmentId: load.id, body: 'Pays late.', internal: true, idempotencyKey: 'terminal-internal' };
    await dispatcher.run('CommentOnShipment', internal);
    const [client, desk] = screens;
    const bodyOf = async (screen: Watch<Update> | undefined) =>
      (await screen!.next(() => true)).shipmentUpdated.comments.nodes[0]?.body;
    expect(await bodyOf(desk)).toBe('Pays late.');
    const answer = { shipmentId: load.id, body: 'We will be there.', idempotencyKey: 'terminal-answer' };
    await customer.run('CommentOnShipment', answer);
    expect([await bodyOf(client), await bodyOf(desk)]).toEqual(['We will be there.', 'We will be there.']);
  });
}
