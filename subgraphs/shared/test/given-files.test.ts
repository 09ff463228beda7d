import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readGivenFile, readGivenJson, requireWritable, writeGivenJson } from '../runtime/given-files.ts';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-given-'));
  writeFileSync(at('file'), 'text');
  mkdirSync(at('folder'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file that is not there, or is a folder, is named with the option', () => {
  expect(readGivenFile('--ca', at('file'))).toBe('text');
  expect(() => readGivenFile('--ca', at('none'))).toThrow(`--ca cannot be read. ${at('none')} does not exist.`);
  expect(() => readGivenFile('--ca', at('no/file'))).toThrow(
    `--ca cannot be read. The folder ${at('no')} does not exist.`,
  );
  expect(() => readGivenFile('--ca', at('folder'))).toThrow(`--ca cannot be read. ${at('folder')} is a folder.`);
  expect(() => readGivenJson('--load', at('file'))).toThrow(`--load needs a JSON file. ${at('file')} is none: `);
});

test('whether a report can be written is known beforehand, and asking changes nothing', () => {
  requireWritable('--json', 'file', at('new'));
  requireWritable('--json', 'file', at('file'));
  requireWritable('--json', 'file', '/dev/null');
  requireWritable('--folder', 'folder', at('one/two'));
  expect(readdirSync(folder)).toEqual(['file', 'folder']);
  expect(readFileSync(at('file'), 'utf8')).toBe('text');
  expect(existsSync('/dev/null')).toBe(true);
});

test.each([
  ['file', 'no/file', (path: string) => `The folder ${join(path, '..')} does not exist.`],
  ['file', 'folder', (path: string) => `${path} is a folder.`],
  ['file', 'file/inside', (path: string) => `A part of ${path} is a file and no folder.`],
  ['folder', 'file', (path: string) => `A part of ${path} is a file and no folder.`],
  ['folder', 'file/inside', (path: string) => `A part of ${path} is a file and no folder.`],
] as const)('a %s cannot be written to %s', (kind, name, reason) => {
  expect(() => requireWritable('--json', kind, at(name))).toThrow(`--json cannot be written. ${reason(at(name))}`);
});

test('a disk that has become full meanwhile is named', () => {
  expect(() => writeGivenJson('--json', '/dev/full', { figures: [] })).toThrow(
    '--json cannot be written. The disk of /dev/full is full.',
  );
});
