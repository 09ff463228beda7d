import { readFileSync } from 'node:fs';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';

/** The text of a file that an option names. @throws ConfigurationError if it can't be read */
export function readGivenFile(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`${option}: a readable file is required; ${errorMessage(error)}`);
  }
}

/** The JSON of a file that an option names. @throws ConfigurationError if it can't be read, or is no JSON */
export function readGivenJson(option: string, file: string): unknown {
  const text = readGivenFile(option, file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`${option}: a JSON file is required; ${file}: ${errorMessage(error)}`);
  }
}
