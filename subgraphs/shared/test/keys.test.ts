import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { anonymous } from '../identity/identity.ts';
import { loadKeyring, loadRoleSecret } from '../identity/keys.ts';
import { accessTokens, createSigner, createVerifier, type KeyPair } from '../identity/tokens.ts';
import { readProductConfig } from '../settings/product-config.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const secretOf = (folder: string) => loadRoleSecret(readProductConfig({ DATA_DIR: folder }));

describe('secrets of an installation', () => {
  test('are created once, even for processes that start at the same time, and then kept', async () => {
    const [secret, ...others] = await Promise.all([1, 2, 3].map(() => secretOf(dataDir)));
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set([...others, await secretOf(dataDir)])).toEqual(new Set([secret]));
    const [keys, ...sameKeys] = await Promise.all([1, 2].map(() => loadKeyring(dataDir)));
    expect(sameKeys).toEqual([keys]);
  });

  test('can be read only by their owner, and no temporary file is left', async () => {
    await Promise.all([secretOf(dataDir), loadKeyring(dataDir)]);
    const files = readdirSync(dataDir).filter((name) => name !== '.writable');
    expect(files.sort()).toEqual(['database-role-secret', 'keys.json']);
    for (const name of files) expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
  });

  test('differ from those of other installations', async () => {
    expect(await secretOf(join(dataDir, 'one'))).not.toBe(await secretOf(join(dataDir, 'other')));
  });

  test('keys of an older release, without ids, stay valid', async () => {
    const { access, identity } = await loadKeyring(dataDir);
    const withoutId = ({ privateJwk, publicJwk }: KeyPair) => ({
      privateJwk: { ...privateJwk, kid: undefined },
      publicJwk: { ...publicJwk, kid: undefined },
    });
    const older = { access: withoutId(access), identity: withoutId(identity) };
    writeFileSync(join(dataDir, 'keys.json'), JSON.stringify(older));
    expect(await loadKeyring(dataDir)).toEqual({ access, identity });
  });

  test('a verifier accepts the old and the new key while keys are rotated', async () => {
    const { access: older } = await loadKeyring(join(dataDir, 'older'));
    const { access: newer } = await loadKeyring(join(dataDir, 'newer'));
    const tokens = [older, newer].map(({ privateJwk }) => createSigner(privateJwk).sign(anonymous, accessTokens, 60));
    const readBy = (...keys: KeyPair[]) => {
      const publicKeys = keys.map(({ publicJwk }) => publicJwk);
      return Promise.all(tokens.map((token) => createVerifier(publicKeys, accessTokens).verify(token)));
    };
    expect(await readBy(newer, older)).toEqual([anonymous, anonymous]);
    expect(await readBy(newer)).toEqual([undefined, anonymous]);
  });

  test('invalid keys are reported in one line', async () => {
    writeFileSync(join(dataDir, 'keys.json'), '{"access":');
    await expect(loadKeyring(dataDir)).rejects.toThrow(/^DATA_DIR: \S+keys\.json does not contain Ed25519 JWK pairs\./);
  });
});
