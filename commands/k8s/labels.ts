/** Labels of the objects of one process. The name alone selects its pods. */
export const selectorOf = (name: string) => ({ 'app.kubernetes.io/name': name });

export const labelsOf = (name: string) => ({ ...selectorOf(name), 'app.kubernetes.io/part-of': 'freight' });

/** The image of the product. Overlays choose the version. */
export const productImage = 'infamous-freight';
