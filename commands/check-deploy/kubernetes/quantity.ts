const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Reads a quantity of Kubernetes, such as `500m` or `1536Mi`. @returns NaN for another form, which models refuse */
export function readQuantity(quantity: string | number): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(\D*)$/.exec(String(quantity)) ?? [];
  return Number(number) * (factors[unit] ?? Number.NaN);
}
