import { createHash, generateKeyPairSync } from 'node:crypto';
import { accessSnapshot, type SnapshotKey } from '#shared/identity/access-snapshot.ts';
import { scopesOfKeys } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';

const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const signingKey = Buffer.from(x, 'base64url').toString('base64');

/** The keys of a snapshot as a gateway reads them. Every second has an allowed network, every fourth signs its requests. */
export function generateKeys(count: number): readonly SnapshotKey[] {
  const keys = Array.from({ length: count }, (_, index) => ({
    hash: createHash('sha256').update(String(index)).digest('base64url'),
    id: newId(),
    accountId: newId(),
    organizationId: newId(),
    tier: 'STANDARD',
    roles: ['PARTNER'],
    scopes: scopesOfKeys,
    networks: index % 2 === 0 ? [] : [`10.${index % 200}.0.0/16`],
    endsAt: null,
    requireSignature: index % 4 === 0,
    signingKey: index % 8 === 0 ? signingKey : null,
  }));
  const text = JSON.stringify({ version: '1.1.1', keys, revocations: null });
  return accessSnapshot.parse(JSON.parse(text)).keys ?? [];
}
