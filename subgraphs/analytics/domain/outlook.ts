import { sum } from './figures.ts';

const season = 7;
export const outlookDays = 30;
const backtestDays = 28;
/** Whole days of history that the outlook and its backtest use. */
export const historyDays = backtestDays + season;

export interface Outlook {
  /** One value per day, starting with the day after the history. */
  readonly values: readonly number[];
  /** Weighted mean absolute percentage error of the backtest. 0 is perfect. Null if all actual values are 0. */
  readonly backtestError: number | null;
}

/**
 * Seasonal naive with a weekly season: each day repeats the same weekday of the last whole week (Hyndman & Athanasopoulos,
 * Forecasting: Principles and Practice, section "Some simple forecasting methods").
 * The backtest makes the forecast of four weeks ago and compares it with the four weeks since.
 * @param history one value per day, oldest first, exactly `historyDays` of them
 */
export function seasonalNaive(history: readonly number[]): Outlook {
  if (history.length !== historyDays) {
    throw new RangeError(`The history must have ${historyDays} days; got ${history.length}.`);
  }
  const actual = history.slice(season);
  return {
    values: repeatWeek(history, outlookDays),
    backtestError: weightedError(actual, repeatWeek(history.slice(0, season), backtestDays)),
  };
}

function repeatWeek(history: readonly number[], days: number): number[] {
  const week = history.slice(-season);
  return Array.from({ length: days }, (_, index) => week[index % season] ?? 0);
}

/** Sum of absolute errors over the sum of absolute actuals. */
function weightedError(actual: readonly number[], forecast: readonly number[]): number | null {
  const scale = sum(actual.map(Math.abs));
  if (scale === 0) return null;
  return sum(actual.map((value, index) => Math.abs(value - (forecast[index] ?? 0)))) / scale;
}
