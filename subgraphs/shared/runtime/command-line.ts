import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util';
import { errorMessage } from '../errors/error-code.ts';
import { ConfigurationError } from './config.ts';

/** An option of a command, as Node's parseArgs wants it, with what the help says about it. */
export interface Option extends ParseArgsOptionDescriptor {
  readonly help: string;
  /** What stands for its value in the help, such as FILE. */
  readonly value?: string;
}

export interface Command<O extends Readonly<Record<string, Option>>> {
  /** How it is called, up to its options: `npm run compose --`. */
  readonly call: string;
  readonly does: string;
  /** What it takes besides options, such as `shipments FILE`; nothing when absent. */
  readonly takes?: string;
  readonly options: O;
}

/** Somebody asked what a command does: the text answers, and nothing else happens. */
export class HelpRequest extends Error {
  override name = 'HelpRequest';
}

/**
 * Reads a command line. A boolean option that is true by default is turned off by `--no-` and its name.
 * @throws HelpRequest for `--help`; ConfigurationError with one line for what the command does not know
 */
export function readCommandLine<const O extends Readonly<Record<string, Option>>>(
  command: Command<O>,
  args: readonly string[] = process.argv.slice(2),
) {
  if (args.includes('--help') || args.includes('-h')) throw new HelpRequest(helpOf(command));
  const { options, takes } = command;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: takes !== undefined, allowNegative: true });
  } catch (error) {
    throw new ConfigurationError(`${firstSentence(error)} Options are ${[...namesOf(options), '--help'].join(', ')}.`);
  }
}

/** The value of an option that takes a whole number. @throws ConfigurationError */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ConfigurationError(`--${option}: a whole number from ${least} to ${most} is required; got ${text}`);
}

/** What Node says about the argument, without its advice. */
function firstSentence(error: unknown): string {
  const [sentence = ''] = errorMessage(error).split(/\. |\.?\n/);
  return `${sentence}.`;
}

/** `--port`, or `--no-simulator` where the option is on by default. */
function namesOf(options: Readonly<Record<string, Option>>): string[] {
  return Object.entries(options).map(([name, option]) => `--${option.default === true ? 'no-' : ''}${name}`);
}

function helpOf({ call, takes, does, options }: Command<Readonly<Record<string, Option>>>): string {
  const all = { ...options, help: { type: 'boolean', help: 'shows this text' } } satisfies Record<string, Option>;
  const names = namesOf(all);
  const rows = Object.values<Option>(all).map((option, index): [string, string] => [
    [names[index], option.value].filter(Boolean).join(' '),
    option.help,
  ]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    [call, takes, '[options]'].filter(Boolean).join(' '),
    does,
    '',
    ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
  ].join('\n');
}
