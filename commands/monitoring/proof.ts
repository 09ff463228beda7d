/** A series in the test of an alert: its value at each step, first for the bad phase, then for the good one. */
export interface ProofSeries {
  /** Name and labels, as in PromQL. */
  readonly series: string;
  /** @param phases one entry per step; @param stepMinutes minutes between two steps. `_` is a missing sample. */
  readonly values: (phases: readonly Phase[], stepMinutes: number) => readonly (number | '_')[];
}

export type Phase = 'bad' | 'good';

/** A series with one value per phase; undefined for none. */
export function gauge(series: string, bad: number | undefined, good: number | undefined): ProofSeries {
  const of = { bad: bad ?? '_', good: good ?? '_' } as const;
  return { series, values: (phases) => phases.map((phase) => of[phase]) };
}

/** A counter that grows by so much per minute. */
export function counter(series: string, badPerMinute: number, goodPerMinute: number): ProofSeries {
  return {
    series,
    values(phases, stepMinutes) {
      let value = 0;
      return phases.map((phase) => {
        value += (phase === 'bad' ? badPerMinute : goodPerMinute) * stepMinutes;
        return Math.round(value * 1e6) / 1e6;
      });
    },
  };
}

/** A series that states a time, such as that of the last backup: so many seconds before each step; after it if negative. */
export function age(series: string, badSeconds: number, goodSeconds: number): ProofSeries {
  return {
    series,
    values: (phases, stepMinutes) =>
      phases.map((phase, step) => step * stepMinutes * 60 - (phase === 'bad' ? badSeconds : goodSeconds)),
  };
}

/** A gauge that changes at each step: 1, 0, 1. */
export function flickering(series: string): ProofSeries {
  return { series, values: (phases) => phases.map((_, step) => (step % 2 === 0 ? 1 : 0)) };
}

/** A gauge that Prometheus has first read so many minutes after its start, with its good value for a minute if it was up then. */
export function begun(
  series: string,
  { minute, wasUp = false }: { readonly minute: number; readonly wasUp?: boolean },
  bad: number,
  good: number,
): ProofSeries {
  return {
    series,
    values: (phases, stepMinutes) =>
      phases.map((phase, step) => {
        const known = step * stepMinutes - minute;
        if (known < 0) return '_';
        return phase === 'good' || (wasUp && known < 1) ? good : bad;
      }),
  };
}

/** The same values under another value of a label. */
export function relabelled(one: ProofSeries, label: string, value: string): ProofSeries {
  const own = new RegExp(`([{,]${label}=)"[^"]*"`);
  const bare = one.series.includes('{') ? one.series : `${one.series}{}`;
  const series = own.test(bare)
    ? bare.replace(own, `$1"${value}"`)
    : bare.replace(/\{(.*)\}/, (_, labels: string) => `{${labels && `${labels},`}${label}="${value}"}`);
  return { ...one, series };
}

/** The notation of promtool: `5 5 5 7 9` is `5+0x2 7+2x1`. */
export function notation(values: readonly (number | '_')[]): string {
  const parts: string[] = [];
  for (let start = 0; start < values.length; ) {
    const first = values[start];
    const second = values[start + 1];
    let end = start + 1;
    if (typeof first === 'number' && typeof second === 'number') {
      const step = second - first;
      while (end < values.length && Number(values[end]) - Number(values[end - 1]) === step) end += 1;
      parts.push(`${first}${step < 0 ? '-' : '+'}${Math.abs(step)}x${end - start - 1}`);
    } else {
      while (first === '_' && values[end] === '_') end += 1;
      parts.push(first === '_' ? `_x${end - start}` : String(first));
    }
    start = end;
  }
  return parts.join(' ');
}
