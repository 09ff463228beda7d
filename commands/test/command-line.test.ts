import { describe, expect, test } from '@jest/globals';
import { HelpRequest, readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';

describe('a command line', () => {
  const command = {
    call: 'npm run move --',
    does: 'Moves things.',
    options: {
      to: { type: 'string', value: 'PLACE', help: 'where to' },
      trucks: { type: 'boolean', default: true, help: 'on foot' },
    },
  } as const;

  test('is read by Node, and a boolean that is on can be turned off', () => {
    expect(readCommandLine(command, ['--to', 'Tulsa']).values).toEqual({ to: 'Tulsa', trucks: true });
    expect(readCommandLine(command, ['--no-trucks']).values).toEqual({ trucks: false });
  });

  test('shows its help wherever --help stands', () => {
    const help = new HelpRequest(
      'npm run move -- [options]\nMoves things.\n\n  --to PLACE   where to\n  --no-trucks  on foot\n  --help       shows this text',
    );
    expect(() => readCommandLine(command, ['--help'])).toThrow(help);
    expect(() => readCommandLine(command, ['--too', '-h'])).toThrow(help);
  });

  test.each([
    [['--too'], '--too is no option. Options are --to, --no-trucks, --help.'],
    [['--to'], '--to needs a value. Options are --to, --no-trucks, --help.'],
    [['--to', '-1'], '--to needs a value. Write --to=-1 if -1 is the value. Options are --to, --no-trucks, --help.'],
    [['Tulsa'], '"Tulsa" is no argument of this command. Options are --to, --no-trucks, --help.'],
    [['--trucks=no'], '--trucks takes no value. Options are --to, --no-trucks, --help.'],
  ])('%j is refused in one line', (args, line) => {
    expect(() => readCommandLine(command, args)).toThrow(line);
  });

  test.each(['0', '1.5', 'many', '11'])('"%s" is no whole number from 1 to 10', (text) => {
    expect(() => wholeNumber('rounds', text, 1, 10)).toThrow(
      `--rounds needs a whole number from 1 to 10. Got "${text}".`,
    );
  });
});
