/** The metrics of a gateway or a subgraph, as Prometheus reads them. @param url of any of its addresses for operators */
export async function readMetrics(url: string): Promise<string> {
  return (await fetch(new URL('/metrics', url))).text();
}

/** Sum of a counter over all its series that have these labels. */
export async function readCounter(
  url: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const series = (await readMetrics(url)).matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm);
  return [...series]
    .filter(([, metric, text = '']) => metric === name && wanted.every((label) => text.split(',').includes(label)))
    .reduce((sum, [, , , value]) => sum + Number(value), 0);
}
