/** A share or a mean. Null if the divisor is 0. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Relative growth: 0.1 is ten percent more than before. Null if it was 0 before. */
export function growth(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / before;
}

/** Cents per unit, rounded to whole cents, halves up. Null if the count is 0. */
export function centsPer(cents: number, count: number): number | null {
  const value = ratio(cents, count);
  return value === null ? null : Math.round(value);
}

/** Net promoter score, -100 to 100: percent of promoters less percent of detractors. */
export function netPromoterScore(promoters: number, detractors: number, ratings: number): number | null {
  const share = ratio(promoters - detractors, ratings);
  return share === null ? null : share * 100;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
