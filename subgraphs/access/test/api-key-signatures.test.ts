import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashApiKey } from '#shared/identity/api-keys.ts';
import { signingSecret as signingSecretOf } from '#shared/identity/request-signing.ts';
import { apiKeySecret } from './access.ts';
import { type KeyScene, startKeyScene } from './key-scene.ts';

let scene: KeyScene;
beforeAll(async () => {
  scene = await startKeyScene();
});
afterAll(() => scene.close());

describe('a key that requires signatures', () => {
  const keyPair = () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    return { pem, base64: Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('base64') };
  };

  test('has a public key, given as PEM or as base64', async () => {
    const { pem, base64 } = keyPair();
    for (const signingPublicKey of [pem, base64, base64.replace('=', '')]) {
      const { text, key } = await scene.given(scene.partner, { requireSignature: true, signingPublicKey });
      expect(key).toMatchObject({ requireSignature: true, signingPublicKey: base64 });
      expect(await scene.inSnapshot(text)).toMatchObject({ requireSignature: true, signingKey: base64 });
    }
  });

  test('or else a secret, which is shown once with the text and stored nowhere', async () => {
    const { key, signingSecret, apiKey } = await scene.run(scene.partner, 'createApiKey', {
      name: 'ERP',
      requireSignature: true,
    });
    expect(signingSecret).toBe(signingSecretOf(hashApiKey(key!, apiKeySecret), apiKeySecret));
    expect(apiKey).toMatchObject({ requireSignature: true, signingPublicKey: null });
    const rows = await scene.access.services.database.fork().getConnection().execute('select * from api_key');
    expect(JSON.stringify(rows)).not.toContain(signingSecret);
    expect((await scene.run(scene.partner, 'createApiKey', { name: 'ERP' })).signingSecret).toBeNull();
  });

  test('gets new ones when it is rotated, and the old text keeps its own for the grace period', async () => {
    const [first, second] = [keyPair(), keyPair()];
    const { id, text } = await scene.given(scene.partner, { requireSignature: true, signingPublicKey: first.pem });
    const { key } = await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id, signingPublicKey: second.pem });
    expect([(await scene.inSnapshot(text))?.signingKey, (await scene.inSnapshot(key!))?.signingKey]).toEqual([
      first.base64,
      second.base64,
    ]);
    const kept = await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id });
    expect(kept.apiKey).toMatchObject({ requireSignature: true, signingPublicKey: second.base64 });
    expect(kept.signingSecret).toBeNull();
    const withSecret = await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id, signingPublicKey: null });
    expect(withSecret.signingSecret).toMatch(/^ifs_/);
    const relaxed = await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id, requireSignature: false });
    expect(relaxed.apiKey).toMatchObject({ requireSignature: false });
    expect(relaxed.signingSecret).toBeNull();
  });

  test.each<[string, string]>([
    [
      'a key for another algorithm',
      generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ],
    ['a private key', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a text of another length', Buffer.alloc(31).toString('base64')],
    ['broken PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
  ])('is refused with %s as its public key', async (_what, signingPublicKey) => {
    const { userErrors } = await scene.run(scene.partner, 'createApiKey', { name: 'ERP', signingPublicKey });
    expect(userErrors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['signingPublicKey'], message: expect.stringContaining('Ed25519 public key') },
    ]);
  });
});
