import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { variablesOf } from '../topology/variables.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'freight-variables-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

test('a topology that starts again on its folder has the secrets of its data', async () => {
  const first = await variablesOf(data);
  const written = readFileSync(first.file, 'utf8');
  const again = await variablesOf(data);
  expect(again).toEqual(first);
  expect(readFileSync(again.file, 'utf8')).toBe(written);
  expect(first.variables).toMatchObject({ SERVER_NAME: 'proxy', FIELD_KEYS: expect.stringMatching(/./) });
});

test('only its user reads the secrets', async () => {
  const { file } = await variablesOf(data);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('data without its secrets is refused, and gets no new ones', async () => {
  mkdirSync(join(data, 'volumes'));
  await expect(variablesOf(data)).rejects.toThrow(
    /variables\.env is missing, .* Use another folder for --data, or put/,
  );
  expect(existsSync(join(data, 'variables.env'))).toBe(false);
});
