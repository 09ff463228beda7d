import { z } from 'zod';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { parseData } from '../../client/data.ts';
import { post } from '../../client/post.ts';
import { partnerDocumentId } from '../../drills/partner-document.ts';

const changed = z.object({
  shipments: z.object({ edges: z.array(z.object({ node: z.object({ reference: z.string() }) })) }),
});

const estimate = {
  equipment: 'DRY_VAN',
  origin: { latitude: 41.85, longitude: -87.65 },
  destination: { latitude: 42.33, longitude: -83.05 },
  volumeM3: 12,
};

/** The body of a trusted document of partners: its id and variables, without a text. */
const trustedBody = (name: string, variables: object): string =>
  JSON.stringify({ documentId: partnerDocumentId(name), variables });

/**
 * What programs of partners send, as bodies in turn: 8 of 20 track a shipment, 6 mirror changes, 3 read payments, 3 ask for a price. Nothing is written.
 * @throws ConfigurationError if the key sees no shipment
 */
export async function readTrustedMix(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly [string, ...string[]]> {
  const first = trustedBody('ChangedShipments', { first: 20 });
  const { shipments } = parseData(changed, await post(url, first, { headers }));
  const references = shipments.edges.map(({ node }) => node.reference);
  const [reference] = references;
  if (reference === undefined)
    throw new ConfigurationError('API_KEYS needs keys of organizations that have shipments. One has none.');
  const track = (index: number) =>
    trustedBody('TrackShipment', { reference: references[index % references.length] ?? reference });
  const mirror = trustedBody('ChangedShipments', { first: 20 });
  const payments = trustedBody('PaymentStatus', {});
  const price = trustedBody('PriceEstimate', { estimate });
  return [
    track(0),
    ...[mirror, track(1), payments, track(2), mirror, price, track(3), mirror, track(4), payments],
    ...[track(5), mirror, price, track(6), mirror, track(7), payments, mirror, price],
  ];
}
