/** One media range of an `accept` header (RFC 9110, section 12.5.1). */
export interface MediaRange {
  /** In lower case. Either part can be `*`. */
  readonly type: string;
  /** By name in lower case, in the order of the header, without `q`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** From 0, not accepted, to 1. */
  readonly quality: number;
}

const element = /(?:[^,"]|"[^"]*")+/g;
const part = /(?:[^;"]|"[^"]*")+/g;

/** Reads the ranges of a header in their order. */
export function readRanges(header: string): MediaRange[] {
  return [...header.matchAll(element)].map(([text]) => readRange(text));
}

function readRange(text: string): MediaRange {
  const [type = '', ...rest] = [...text.matchAll(part)].map(([trimmed]) => trimmed.trim());
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const [name = '', value = ''] = parameter.split(/\s*=\s*(.*)/s);
    parameters.set(name.toLowerCase(), value.replace(/^"(.*)"$/s, '$1'));
  }
  const quality = Number(parameters.get('q') ?? 1);
  parameters.delete('q');
  return { type: type.toLowerCase(), parameters, quality: quality > 0 ? Math.min(quality, 1) : 0 };
}

/** Returns the quality of a media type without parameters: that of the most specific range that matches it, 0 if none does. */
export function qualityOf(ranges: readonly MediaRange[], type: string): number {
  const [kind] = type.split('/');
  for (const candidate of [type, `${kind}/*`, '*/*']) {
    const range = ranges.find((known) => known.type === candidate);
    if (range) return range.quality;
  }
  return 0;
}
