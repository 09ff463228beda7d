import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorCode, errorMessage } from '../errors/error-code.ts';
import { ConfigurationError } from './config.ts';

/** The text of a file that an option names. @throws ConfigurationError if it can't be read */
export function readGivenFile(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`${option} cannot be read. ${reasonOf(error, file)}`);
  }
}

/** The JSON of a file that an option names. @throws ConfigurationError if it can't be read, or is no JSON */
export function readGivenJson(option: string, file: string): unknown {
  const text = readGivenFile(option, file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`${option} needs a JSON file. ${file} is none: ${errorMessage(error)}`);
  }
}

/** Writes a file that an option names. @throws ConfigurationError if it can't be written */
export function writeGivenFile(option: string, file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw unwritable(option, error, file);
  }
}

/** Writes JSON to a file that an option names. @throws ConfigurationError if it can't be written */
export function writeGivenJson(option: string, file: string, value: object): void {
  writeGivenFile(option, file, `${JSON.stringify(value, null, 2)}\n`);
}

/** A command writes there when it ends, and that may be an hour later. @throws ConfigurationError if it could not */
export function requireWritable(option: string, kind: 'file' | 'folder', path: string): void {
  try {
    if (kind === 'file') probeFile(path);
    else probeFolder(path);
  } catch (error) {
    throw unwritable(option, error, path);
  }
}

/** A pipe or a terminal is not opened: its reader would take that for the end. */
function probeFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found && !found.isFile() && !found.isDirectory()) return;
  closeSync(openSync(file, 'a'));
  if (!found) rmSync(file);
}

/** The command creates the folder itself. */
function probeFolder(folder: string): void {
  let present = resolve(folder);
  while (!existsSync(present)) present = dirname(present);
  rmdirSync(mkdtempSync(join(present, '.freight-')));
}

const unwritable = (option: string, error: unknown, path: string): ConfigurationError =>
  new ConfigurationError(`${option} cannot be written. ${reasonOf(error, path)}`);

function reasonOf(error: unknown, path: string): string {
  switch (errorCode(error)) {
    case 'ENOENT':
      return existsSync(dirname(path)) ? `${path} does not exist.` : `The folder ${dirname(path)} does not exist.`;
    case 'ENOTDIR':
      return `A part of ${path} is a file and no folder.`;
    case 'EISDIR':
      return `${path} is a folder.`;
    case 'EACCES':
    case 'EPERM':
      return `This user has no right to ${path}.`;
    case 'EROFS':
      return `The file system of ${path} is read-only.`;
    case 'ENOSPC':
      return `The disk of ${path} is full.`;
    default:
      return errorMessage(error);
  }
}
