import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util';
import { errorCode, errorMessage } from '../errors/error-code.ts';
import { ConfigurationError, needs } from './config.ts';
import { requireWritable } from './given-files.ts';

/** An option of a command for Node's parseArgs, with its text in the help. */
export interface Option extends ParseArgsOptionDescriptor {
  readonly help: string;
  /** Placeholder of its value in the help, such as FILE. */
  readonly value?: string;
  /** The command writes there when it ends. So it is checked before the command begins. */
  readonly writes?: 'file' | 'folder';
}

export interface Command<O extends Readonly<Record<string, Option>>> {
  /** The command line before the options, such as `npm run compose --`. */
  readonly call: string;
  readonly does: string;
  /** Its positional arguments, such as `shipments FILE`; absent if it has none. */
  readonly takes?: string;
  readonly options: O;
}

/** The user asked for the help of a command. The message is the help text. */
export class HelpRequest extends Error {
  override name = 'HelpRequest';
}

/**
 * Parses a command line. `--no-NAME` turns off a boolean option whose default is true.
 * @throws HelpRequest for `--help`; ConfigurationError with one line for unknown arguments, and for a file that cannot be written
 */
export function readCommandLine<const O extends Readonly<Record<string, Option>>>(
  command: Command<O>,
  args: readonly string[] = process.argv.slice(2),
) {
  if (args.includes('--help') || args.includes('-h')) throw new HelpRequest(formatHelp(command));
  const parsed = parse(command, args);
  for (const [name, value] of Object.entries(parsed.values)) {
    const { writes } = command.options[name] ?? {};
    if (writes !== undefined && typeof value === 'string') requireWritable(`--${name}`, writes, value);
  }
  return parsed;
}

function parse<const O extends Readonly<Record<string, Option>>>(
  { options, takes }: Command<O>,
  args: readonly string[],
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: takes !== undefined, allowNegative: true });
  } catch (error) {
    throw new ConfigurationError(
      `${wordRefusal(error, args)} Options are ${[...namesOf(options), '--help'].join(', ')}.`,
    );
  }
}

/** Parses the value of an option that takes a whole number. @throws ConfigurationError */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw needs(`--${option}`, `a whole number from ${least} to ${most}`, text);
}

/** What is wrong with the argument that Node refuses. */
function wordRefusal(error: unknown, args: readonly string[]): string {
  const message = errorMessage(error);
  const [, given = ''] = /'([^' ]*)/.exec(message) ?? [];
  switch (errorCode(error)) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `${given} is no option.`;
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `"${given}" is no argument of this command.`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      if (message.includes('does not take')) return `${given} takes no value.`;
      return `${given} needs a value.${adviceOnDash(given, args[args.indexOf(given) + 1])}`;
    default:
      return message;
  }
}

/** A text such as -1 could be an option, so that it must stand in the same argument. */
function adviceOnDash(option: string, next: string | undefined): string {
  return next?.startsWith('-') && !next.startsWith('--') ? ` Write ${option}=${next} if ${next} is the value.` : '';
}

/** The names in the help, such as `--port`, or `--no-simulator` for an option that is on by default. */
function namesOf(options: Readonly<Record<string, Option>>): string[] {
  return Object.entries(options).map(([name, option]) => `--${option.default === true ? 'no-' : ''}${name}`);
}

function formatHelp({ call, takes, does, options }: Command<Readonly<Record<string, Option>>>): string {
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
