import { fullSize } from '../../../demo/generate/generate.ts';
import { compareHistories, type Growth } from './compare.ts';
import { type History, measureHistory } from './measure-history.ts';

/** Ids contain the time since 1970. Older records would not be sorted by their ids. */
const mostMonths = 600;

/**
 * Measures histories of these lengths, and prints how much more of them each document reads. The company is the same in all
 * of them, and has as many shipments a month: it grows older. The shortest history lasts as long as that of the demo, or less if
 * the longest one would otherwise last more than 50 years.
 * @returns false if a document reads too much more
 */
export async function runGrowth(sizes: readonly number[], only: readonly string[]): Promise<boolean> {
  const ascending = sizes.toSorted((left, right) => left - right);
  const [shortest = 1, longest = shortest] = [ascending[0], ascending.at(-1)];
  const monthsOfLongest = Math.min(mostMonths, (fullSize.months * longest) / shortest);
  const histories: History[] = [];
  for (const shipments of ascending) {
    const months = Math.max(1, Math.round((monthsOfLongest * shipments) / longest));
    const history = await measureHistory({ ...fullSize, shipments, months }, only);
    console.log(`${shipments} shipments: seeded in ${history.seedSeconds.toFixed(0)} s`);
    histories.push(history);
  }
  const growths = compareHistories(histories);
  console.log(tableOf(growths, ascending));
  const failed = growths.filter(({ faults }) => faults.length > 0);
  for (const growth of failed) console.error(reportOf(growth));
  return failed.length === 0;
}

const shownCharacters = 600;

function reportOf({ document, faults, growing }: Growth): string {
  const statements = growing.map(
    ({ text, buffers }) =>
      `  ${buffers.join(' → ')} buffers: ${text.replaceAll(/\s+/g, ' ').slice(0, shownCharacters)}`,
  );
  return [`${document}: ${faults.join('; ')}`, ...statements].join('\n');
}

function tableOf(growths: readonly Growth[], sizes: readonly number[]): string {
  const headings = ['document', ...sizes.map((size) => `buffers at ${size}`), 'per tenfold', 'without new levels'];
  const rows = growths.map(({ document, buffers, factor, factorBelowRoots }) => [
    document,
    ...buffers.map(String),
    factor.toFixed(2),
    factorBelowRoots.toFixed(2),
  ]);
  return [headings, headings.map((_, index) => (index === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
